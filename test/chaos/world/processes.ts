import { readFile } from 'node:fs/promises';
import { type ProcessInfo, processTree } from '../../bench/process-tree.ts';

/** One process of a browser. */
interface BrowserProcess {
  readonly pid: number;
  /** `renderer`, `utility`…; `undefined` for the one that started the others. */
  readonly type: string | undefined;
  readonly profile: string | undefined;
}

const flag = (args: readonly string[], name: string): string | undefined =>
  args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);

async function browserProcess({ pid }: Pick<ProcessInfo, 'pid'>): Promise<BrowserProcess | undefined> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const args = text.split(/[\0 ]/); // Chromium's children write theirs with blanks
  const type = flag(args, 'type');
  const profile = flag(args, 'user-data-dir');
  return type === undefined && profile === undefined ? undefined : { pid, type, profile };
}

/** A browser: the process that was started, and all processes it has. */
export interface Browser {
  readonly pid: number;
  readonly pids: readonly number[];
  readonly renderers: readonly number[];
}

/** The browsers that a process has started, by /proc. */
export async function browsersOf(pid: number): Promise<readonly Browser[]> {
  const found = await Promise.all((await processTree(pid)).map(browserProcess));
  const roots = found.filter((one) => one !== undefined && one.type === undefined).map((one) => one?.pid ?? 0);
  return Promise.all(roots.map(browserOf));
}

async function browserOf(root: number): Promise<Browser> {
  const tree = await processTree(root);
  const processes = await Promise.all(tree.map(browserProcess));
  return { pid: root, pids: tree.map(({ pid }) => pid), renderers: processes.flatMap((one) => (one?.type === 'renderer' ? one.pid : [])) };
}

/** `false`: it was gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) signal(pid, name);
}
