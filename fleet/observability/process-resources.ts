import { readdir, readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';

/** Memory this process and its browsers can have at all: what their container allows, else the machine's. */
export function availableMemoryBytes(): number {
  const allowed = process.constrainedMemory(); // 0, or larger than any machine, when nothing limits it
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** File descriptors this process has open, and may have. Every browser has a limit of its own; its pipes count here. */
export async function openDescriptors(): Promise<{ readonly open: number; readonly limit: number }> {
  const [names, limits] = await Promise.all([readdir('/proc/self/fd'), readFile('/proc/self/limits', 'utf8')]);
  const limit = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return { open: names.length, limit: limit === undefined ? Number.POSITIVE_INFINITY : Number(limit) };
}
