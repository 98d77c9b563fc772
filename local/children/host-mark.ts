import { readdirSync, readFileSync } from 'node:fs';
import { pause } from './backoff.ts';

/*
 * Every process a host starts carries the host's data directory in its environment, and so does whatever that process
 * starts in turn: Chromium too, which leaves its parent's process group. So the processes of a host, or of one task,
 * can be found and ended even when everyone who knew their ids is dead.
 */
const MARK = 'BLAZZ_LOCAL_HOST';
const DYING_LIMIT_MS = 5_000; // on a busy machine even SIGKILL takes its time
const DYING_PAUSE_MS = 10;

export const markOf = (dataDir: string): Record<string, string> => ({ [MARK]: dataDir });

const environmentOf = (pid: number): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // gone, or not ours
  }
};

function runningPids(): readonly number[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return []; // no /proc on this system: children then end by their closed stdin alone
  }
}

const hasVariable = (variable: string) => (pid: number): boolean =>
  pid !== process.pid && environmentOf(pid).includes(variable);

function killWithGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // not a group leader, or gone already
    }
  }
}

/** There, and not just waiting for its parent to read its exit code. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

function killAll(variable: string): readonly number[] {
  const found = runningPids().filter(hasVariable(variable));
  found.forEach(killWithGroup);
  return found;
}

/** Ends every process that has this very variable in its environment, and waits until they are gone. */
export async function killByVariable(name: string, value: string): Promise<void> {
  const killed = killAll(`${name}=${value}`);
  const deadline = AbortSignal.timeout(DYING_LIMIT_MS);
  while (killed.some(isRunning) && !deadline.aborted) await pause(DYING_PAUSE_MS, deadline);
}

/** Ends what an earlier host on this data directory left behind. Call it under the host lock. */
export const killLeftovers = (dataDir: string): Promise<void> => killByVariable(MARK, dataDir);

/** Kills every process of this host without waiting: the last thing before its own end. */
export const killEverything = (dataDir: string): void => void killAll(`${MARK}=${dataDir}`);
