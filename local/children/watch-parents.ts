import { readFileSync } from 'node:fs';

const CHECK_MS = 500;
const PARENT_FIELD = 1; // of /proc/<pid>/stat, counted after the name in brackets, which may hold spaces

/** The parent of another process, `undefined` where there is no /proc. */
function parentOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[PARENT_FIELD];
  } catch {
    return undefined;
  }
}

/** Who started us. npm puts a shell between itself and us, which outlives it: then npm counts too. */
function parents(): string {
  const isUnderNpm = process.env['npm_lifecycle_event'] !== undefined;
  return `${process.ppid} ${isUnderNpm ? (parentOf(process.ppid) ?? '') : ''}`;
}

/** Calls back once when a process that started this one is gone. */
export function watchParents(onGone: () => void): void {
  const before = parents();
  const timer = setInterval(() => {
    if (parents() === before) return;
    clearInterval(timer);
    onGone();
  }, CHECK_MS);
  timer.unref();
}
