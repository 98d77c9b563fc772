import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startInProcessWorld } from './in-process-world.ts';
import { fuzzOperations } from './operations.ts';
import { runFuzz, type FuzzResult } from './run-fuzz.ts';

const HELP = `npm run fuzz -- [options]

Sends requests made from the OpenAPI document to every call of the API, in this process on emulators, and checks what
holds for all: no 5xx, every refusal a problem that leaves nothing in the tables, every answer as documented.
Exit code 1 if something was found; the seed of the round and the smallest request that shows it are printed.

  --minutes <n>    how long, in rounds with a seed each (1)
  --seed <n>       of the first round (one at random); the same seed makes the same requests
  --runs <n>       requests a round (4000)
  --only <text>    only operations whose id contains it, or one of several with commas between
  --help           this text
`;
const FLAGS = {
  minutes: { type: 'string', default: '1' }, seed: { type: 'string' }, runs: { type: 'string', default: '4000' }, only: { type: 'string', default: '' }, help: { type: 'boolean', default: false },
} as const;

const { minutes, seed, runs, only, help } = parseArgs({ options: FLAGS }).values;
if (help) {
  process.stdout.write(HELP);
  process.exit(0);
}

function report(seedOfRound: number, { calls, statuses, failures }: FuzzResult): void {
  const all = new Map<number, number>();
  for (const counts of statuses.values()) for (const [status, count] of counts) all.set(status, (all.get(status) ?? 0) + count);
  const shares = [...all].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  const never = [...statuses].filter(([, counts]) => ![...counts.keys()].some((status) => status < 300)).map(([id]) => id);
  process.stdout.write(`seed ${seedOfRound}: ${calls} calls of ${statuses.size} operations: ${shares.join(', ')}${never.length > 0 ? `; never successful: ${never.join(', ')}` : ''}\n`);
  for (const failure of failures) process.stdout.write(`\n${failure}\n`);
}

if (fuzzOperations().every(({ id }) => !only.split(',').some((part) => id.includes(part)))) throw new Error(`No operation is called anything like ${only}`);
const world = await startInProcessWorld();
const end = Date.now() + Number(minutes) * 60_000;
let found = 0;
for (let round = seed === undefined ? randomInt(2 ** 31) : Number(seed); ; round++) {
  const result = await runFuzz(world, { seed: round, runs: Number(runs), only });
  report(round, result);
  found += result.failures.length;
  if (Date.now() >= end) break;
}
await world.stop();
process.exit(found > 0 ? 1 : 0);
