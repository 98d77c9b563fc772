import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { OWNER_FLAG } from './browser-launch.ts';

/** SIGKILL to a process group. No error if it has ended already. */
export function killGroup(processGroup: number): void {
  try {
    process.kill(-processGroup, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const LOOK_EVERY_MS = 20;

/** Waits until no process of the group is left. `false`: some is, after `withinMs`. */
export async function groupEnded(processGroup: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (await hasLivingMember(processGroup)) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
}

/** One that has ended and was not waited for yet (a zombie) holds nothing any more. */
async function hasLivingMember(processGroup: number): Promise<boolean> {
  try {
    process.kill(-processGroup, 0);
  } catch {
    return false; // the usual end
  }
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const { group, state } = statusOf(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
    if (group === processGroup && state !== 'Z') return true;
  }
  return false;
}

/** Of `/proc/<pid>/stat`: what follows the name, which may hold spaces and brackets. */
function statusOf(stat: string): { readonly state: string | undefined; readonly group: number } {
  const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, group: Number(group) };
}

async function commandLine(pid: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it may just have ended
  return text.split('\0');
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Ends browsers on profiles under `profileRoot` whose owner is gone. Returns how many. */
export async function killLeftovers(profileRoot: string): Promise<number> {
  let killed = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const args = await commandLine(pid);
    const owner = Number(args.find((arg) => arg.startsWith(OWNER_FLAG))?.slice(OWNER_FLAG.length));
    const isOurs = args.some((arg) => arg.startsWith(`--user-data-dir=${profileRoot}/`));
    if (!isOurs || !owner || isAlive(owner)) continue;
    killGroup(Number(pid));
    killed += 1;
  }
  return killed;
}

/** Memory of the processes of each group, in bytes: PSS, so that what they share counts once. */
export async function memoryOfGroups(groups: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const bytes = new Map<number, number>();
  if (groups.length === 0) return bytes;
  const wanted = new Set(groups);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const { group } = statusOf(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
    if (!wanted.has(group)) continue;
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    const kilobytes = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
    bytes.set(group, (bytes.get(group) ?? 0) + kilobytes * 1024);
  }
  return bytes;
}
