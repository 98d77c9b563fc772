import { cpus, totalmem } from 'node:os';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { campaignRates } from './campaign-rate.ts';
import { consumption } from './consumption.ts';
import { density } from './density.ts';
import { drain } from './drain.ts';
import { fanOut } from './fan-out.ts';
import { interception } from './interception.ts';
import { lambdaStart } from './lambda-start.ts';
import type { Measurement, Row } from './measurement.ts';
import { media } from './media.ts';
import { memory } from './memory.ts';
import { realtime } from './realtime.ts';
import { restLatency } from './rest-latency.ts';
import { webhooks } from './webhooks.ts';

const MEASUREMENTS: readonly Measurement[] = [campaignRates, memory, media, density, interception, fanOut, consumption, restLatency, realtime, lambdaStart, drain, webhooks];
const RESULTS = join(import.meta.dirname, '../../docs/benchmarks.md');
const [BEGIN, END] = ['<!-- results -->', '<!-- end of results -->'];

const HELP = `npm run bench -- [options]

Measures Blazz on this machine, each figure beside what it is compared with. Takes about ten minutes.

  --only <names>   some of: ${MEASUREMENTS.map(({ name }) => name).join(', ')} (comma-separated);
                   density, which takes an hour, runs only when it is named
  --repeat <n>     how often each rate is measured; medians are reported (3)
  --scale <f>      sizes relative to the usual ones, for a quick look (1)
  --sessions <n>   of the density measurement (20)
  --flags <parts>  of the density measurement: only flags whose names contain one of these (comma-separated)
  --write          put the results into docs/benchmarks.md
  --help           this text
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    repeat: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    sessions: { type: 'string', default: '20' },
    flags: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function tableOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.figures)))];
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line([row.what, ...columns.map((column) => row.figures[column] ?? '')]));
  return [line(['', ...columns]), line(['---', ...columns.map(() => '---')]), ...body].join('\n');
}

const HEADING = '### ';

/** Sections by their title, as they stand between the marks. */
function sectionsIn(text: string): Map<string, string> {
  const sections = text.split(new RegExp(`^(?=${HEADING})`, 'm')).filter((section) => section.startsWith(HEADING));
  return new Map(sections.map((section) => [section.slice(HEADING.length, section.indexOf('\n')), section.trim()]));
}

/** Puts the sections in, in our order; those that were not measured this time stay as they are. */
async function writeResults(machine: string, measured: ReadonlyMap<string, string>): Promise<void> {
  const text = await readFile(RESULTS, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const [kept = '', after = ''] = rest.split(END);
  const known = new Map([...sectionsIn(kept), ...measured]);
  const sections = MEASUREMENTS.flatMap(({ title }) => known.get(title) ?? []);
  await writeFile(RESULTS, `${before}${BEGIN}\n${[machine, ...sections].join('\n\n')}\n${END}${after}`);
}

function chosen(): readonly Measurement[] {
  const names = values.only?.split(',') ?? MEASUREMENTS.filter(({ isLong }) => !isLong).map(({ name }) => name);
  const unknown = names.filter((name) => !MEASUREMENTS.some((measurement) => measurement.name === name));
  if (unknown.length > 0) throw new Error(`No measurement ${unknown.join(', ')}; --help lists them`);
  return MEASUREMENTS.filter(({ name }) => names.includes(name));
}

if (values.help) {
  process.stdout.write(HELP);
} else {
  const options = {
    repeat: Number(values.repeat),
    scale: Number(values.scale),
    sessions: Number(values.sessions),
    candidates: values.flags?.split(','),
    progress: (text: string) => process.stderr.write(`  ${text}\n`),
  };
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const sections = new Map<string, string>();
  for (const { title, run } of chosen()) {
    process.stderr.write(`${title}\n`);
    sections.set(title, `${HEADING}${title}\n\n${tableOf(await run(options))}`);
    console.log(`\n${sections.get(title)}\n`);
  }
  if (values.write) await writeResults(`Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}.`, sections);
}
