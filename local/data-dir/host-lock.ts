import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { errorCode, StartError } from '../start-error.ts';

const Holder = z.object({ pid: z.int(), startedAt: z.string() });
type Holder = z.infer<typeof Holder>;

const START_TIME_FIELD = 19; // of /proc/<pid>/stat, counted after the name in brackets, which may hold spaces

/** Ticks from boot to the start of the process: with the pid it names one process for good. '' where there is no /proc. */
function startTime(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[START_TIME_FIELD] ?? '';
  } catch {
    return '';
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return startTime(pid) === startedAt;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined; // gone, or torn by a crash: nobody holds it
  }
}

async function tryToTake(path: string): Promise<boolean> {
  const me: Holder = { pid: process.pid, startedAt: startTime(process.pid) };
  try {
    await writeFile(path, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the data directory for this process; the function it returns gives it back. A lock whose process is gone is
 * taken over. Throws a StartError if another host is alive on it.
 */
export async function takeHostLock(path: string, dataDir: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await tryToTake(path)) return () => rm(path, { force: true });
    const holder = await readHolder(path);
    if (holder && isAlive(holder)) {
      throw new StartError(`Another host (process ${holder.pid}) runs on ${dataDir}; stop it or pass another --data-dir`);
    }
    await rm(path, { force: true });
  }
  throw new StartError(`Several hosts are starting on ${dataDir} at once; try again`);
}
