import { readdir, readFile } from 'node:fs/promises';

/** Fields of /proc/<pid>/stat as proc(5) numbers them, from 3 on: what comes after the name. */
const FIELD = { parent: 4, group: 5, userTime: 14, systemTime: 15, threads: 20 } as const;
const FIRST_FIELD = 3;
const TICKS_A_SECOND = 100; // USER_HZ, the same on every Linux

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly cpuSeconds: number;
  readonly threads: number;
}

async function processInfo(pid: number): Promise<ProcessInfo | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // after the name, which may hold spaces
  const field = (name: keyof typeof FIELD) => Number(fields[FIELD[name] - FIRST_FIELD]);
  const cpuSeconds = (field('userTime') + field('systemTime')) / TICKS_A_SECOND;
  return { pid, parent: field('parent'), group: field('group'), cpuSeconds, threads: field('threads') };
}

/** A process and all that descend from it, by /proc. */
export async function processTree(root: number): Promise<readonly ProcessInfo[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(processInfo))).filter((info) => info !== undefined);
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** Proportional set size of one process, in bytes; 0 once it has ended. */
export async function pssOf({ pid }: Pick<ProcessInfo, 'pid'>): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1_024;
}

/** Open files of one process; 0 once it has ended. */
export const descriptorsOf = async ({ pid }: Pick<ProcessInfo, 'pid'>): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Proportional set size of a whole tree, in bytes: what it really takes from the machine. */
export const treePss = async (root: number): Promise<number> => sumOf(await Promise.all((await processTree(root)).map(pssOf)));
