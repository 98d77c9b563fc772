import { readdirSync, readFileSync } from 'node:fs';

/*
 * Every process a host starts carries the host's data directory in its environment, and so does whatever that process
 * starts in turn: Chromium too, which leaves its parent's process group. So the processes of a host, or of one task,
 * can be found and ended even when everyone who knew their ids is dead.
 */
const MARK = 'BLAZZ_LOCAL_HOST';

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

function killAll(variable: string): number {
  const found = runningPids().filter(hasVariable(variable));
  found.forEach(killWithGroup);
  return found.length;
}

/** Ends what an earlier host on this data directory left behind. Call it under the host lock. Returns how many. */
export const killLeftovers = (dataDir: string): number => killAll(`${MARK}=${dataDir}`);

/** Ends every process that has this very variable in its environment. */
export const killByVariable = (name: string, value: string): number => killAll(`${name}=${value}`);
