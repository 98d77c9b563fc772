import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../children/backoff.ts';
import { Child } from '../children/child.ts';
import { freePort } from '../children/free-port.ts';
import { markOf } from '../children/host-mark.ts';
import { KeptChild } from '../children/kept-child.ts';
import type { LogFile } from '../log-file.ts';
import { REPOSITORY } from '../repository.ts';
import { StartError } from '../start-error.ts';

export interface DynoxideOptions {
  readonly databasePath: string;
  readonly dataDir: string;
  readonly log: LogFile;
}

/** DynamoDB over one SQLite file. */
export interface Dynoxide {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const BINARY = join(REPOSITORY, 'node_modules/@dynoxide/linux-x64/dynoxide');
/** dynoxide does not watch its parent: a shell does, and kills it once our end of the pipe closes. */
const LEASH = [
  'exec 3<&0',
  '"$@" & child=$!',
  'trap "kill $child" TERM',
  '(read _ <&3; kill -9 $child) &',
  'wait $child',
  'wait $child', // the trap ends the first
].join('\n');
const ATTEMPTS = 5;
const READY_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 5_000;
const PROBE_PAUSE_MS = 10;
const PROBE_LIMIT_MS = 1_000;

const launch = ({ databasePath, dataDir, log }: DynoxideOptions, port: number): Promise<Child> =>
  Child.spawn({
    command: 'sh',
    args: ['-c', LEASH, 'sh', BINARY, '--host', '127.0.0.1', '--port', String(port), '--db-path', databasePath],
    env: { PATH: process.env['PATH'], ...markOf(dataDir) },
    log,
  });

async function isAnswering(child: Child, port: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(READY_LIMIT_MS);
  while (!child.hasExited && !deadline.aborted) {
    const signal = AbortSignal.timeout(PROBE_LIMIT_MS);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal }).catch(() => undefined);
    if (answer) return !child.hasExited; // if it lost the race for the port, somebody else answered
    await pause(PROBE_PAUSE_MS, deadline);
  }
  return false;
}

/**
 * Starts it as a child process; if it dies it is started again on the same port. Resolves when it answers, throws a
 * StartError when it does not.
 */
export async function startDynoxide(options: DynoxideOptions): Promise<Dynoxide> {
  if (!existsSync(BINARY)) throw new StartError('DynamoDB (dynoxide) is not installed for this system; run npm ci');
  let lastLine = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort(); // it cannot tell which port it took; a lost race means another try
    const child = await launch(options, port);
    if (await isAnswering(child, port)) {
      const kept = new KeptChild(child, () => launch(options, port));
      return { endpoint: `http://127.0.0.1:${port}`, stop: () => kept.stop(STOP_LIMIT_MS) };
    }
    lastLine = child.lastLine;
    await child.stop(STOP_LIMIT_MS);
  }
  throw new StartError(`DynamoDB (dynoxide) does not start: ${lastLine}`);
}
