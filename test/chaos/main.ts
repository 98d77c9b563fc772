import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { isGreen, type ChaosResult } from './chaos-result.ts';
import { HELP, readCommandLine, UsageError, type CommandLine } from './options.ts';
import { markdownReport, textReport } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { Terminal } from './terminal.ts';

const [BEGIN, END] = ['<!-- chaos -->', '<!-- end of chaos -->'];
const GAP_MS = [2_500, 9_000] as const;
const LEASE_SECONDS = { leaseSeconds: 15, leaseMarginSeconds: 3 }; // the defaults: takeover times are measured with them
const REST_MS = 420_000;
const PEOPLE = 120;

async function writeReport(file: string, result: ChaosResult): Promise<void> {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const text = await readFile(file, 'utf8');
  const [before, rest = ''] = text.split(BEGIN);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) throw new UsageError(`${file} has no marks ${BEGIN} and ${END}`);
  const on = `Run on ${new Date().toISOString().slice(0, 10)}: ${machine}.`;
  await writeFile(file, `${before}${BEGIN}\n${markdownReport(result, on)}\n${END}${after}`);
}

/** The exit code. */
async function run({ minutes, seed, kinds, sessions, instances, report, keep }: CommandLine): Promise<number> {
  const terminal = new Terminal();
  const told = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => told.abort());
  terminal.say(`seed ${seed}, ${minutes} minutes, ${kinds.length} kinds of fault, ${sessions} sessions on ${instances} instances`);
  const result = await runChaos({
    seed, kinds, sessions, instances, keep, ...LEASE_SECONDS,
    totalMs: minutes * 60_000, gapMs: GAP_MS, people: PEOPLE, restMs: REST_MS,
    say: terminal.say, show: (status) => terminal.show(status), signal: told.signal,
  });
  if (!result) return 130;
  console.log(textReport(result));
  if (report !== undefined) await writeReport(report, result);
  return isGreen(result) ? 0 : 1;
}

async function main(): Promise<number> {
  try {
    const line = readCommandLine(process.argv.slice(2));
    if (line !== 'help') return await run(line);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

process.exit(await main());
