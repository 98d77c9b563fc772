import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessInfo, descriptorsOf, processTree, pssOf, sumOf } from './process-tree.ts';

/** What one instance and its browsers take at rest. Browser figures are of all of them together. */
export interface DensitySample {
  readonly browserBytes: number;
  readonly nodeBytes: number;
  /** Seconds of CPU a second, browsers and Node. */
  readonly browserCpu: number;
  readonly nodeCpu: number;
  readonly processes: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly nodeDescriptors: number;
}

interface Tree {
  readonly node: readonly ProcessInfo[];
  readonly browsers: readonly ProcessInfo[];
}

/** A browser leads a process group of its own; what is in the instance's is the instance. */
async function split(pid: number): Promise<Tree> {
  const tree = await processTree(pid);
  const own = tree.find((info) => info.pid === pid)?.group;
  return { node: tree.filter(({ group }) => group === own), browsers: tree.filter(({ group }) => group !== own) };
}

const cpuOf = (processes: readonly ProcessInfo[]): number => sumOf(processes.map(({ cpuSeconds }) => cpuSeconds));
const total = async (processes: readonly ProcessInfo[], read: (process: ProcessInfo) => Promise<number>) =>
  sumOf(await Promise.all(processes.map(read)));

/** Lets the instance rest for a while and says what that took. */
export async function sample(pid: number, restSeconds: number): Promise<DensitySample> {
  const before = await split(pid);
  const startedAt = performance.now();
  await pause(restSeconds * 1_000);
  const after = await split(pid);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { node, browsers } = after;
  return {
    browserBytes: await total(browsers, pssOf),
    nodeBytes: await total(node, pssOf),
    browserCpu: (cpuOf(browsers) - cpuOf(before.browsers)) / seconds,
    nodeCpu: (cpuOf(node) - cpuOf(before.node)) / seconds,
    processes: browsers.length,
    threads: sumOf(browsers.map(({ threads }) => threads)),
    descriptors: await total(browsers, descriptorsOf),
    nodeDescriptors: await total(node, descriptorsOf),
  };
}
