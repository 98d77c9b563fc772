import { readdir, readFile } from 'node:fs/promises';

interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
}

async function processInfo(pid: number): Promise<ProcessInfo | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]; // after the name, which may hold spaces
  return parent === undefined ? undefined : { pid, parent: Number(parent) };
}

/** A process and all that descend from it, by /proc. */
export async function processTree(root: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(processInfo))).filter((info) => info !== undefined);
  const tree = [root];
  for (const pid of tree) tree.push(...all.filter(({ parent }) => parent === pid).map((info) => info.pid));
  return tree;
}

/** Proportional set size of one process, in bytes; 0 once it has ended. */
async function pssOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1_024;
}

/** Proportional set size of a whole tree, in bytes: what it really takes from the machine. */
export async function treePss(root: number): Promise<number> {
  const sizes = await Promise.all((await processTree(root)).map(pssOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}
