import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostProcess } from '../client/host-process.ts';
import { runDemo } from './run-demo.ts';

const HELP = `npm run demo

Starts Blazz on free ports in a temporary folder, links two numbers to the simulated WhatsApp service,
sends a campaign to 200 phones and shows what became of it. Exits 0 only if every phone got exactly one copy.
`;

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
  process.exit(0);
}

const dataDir = await mkdtemp(join(tmpdir(), 'blazz-demo-'));
let host: HostProcess | undefined;

async function end(code: number): Promise<never> {
  await host?.stop();
  await rm(dataDir, { recursive: true, force: true });
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130));

try {
  console.log('Starting Blazz: tables, queues, functions, two fleet instances, the simulated WhatsApp service …');
  host = await HostProcess.start({ dataDir });
  await end((await runDemo(await host.local())) ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await end(1);
}
