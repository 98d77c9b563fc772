import { readdir, readFile } from 'node:fs/promises';

/** Command lines, as lists of arguments, of the running processes of which one argument passes. */
export async function processesWith(test: (argument: string) => boolean): Promise<readonly (readonly string[])[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))); // ended meanwhile
  return lines.map((line) => line.split('\0')).filter((args) => args.some(test));
}
