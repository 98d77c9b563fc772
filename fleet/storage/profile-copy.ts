import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isWholeProfile, linkFiles, type LinkFiles } from './link-databases.ts';

const ATTEMPTS = 6;
/** A database's log only grows, and a copy that ends earlier is an earlier state. All other files never change once made. */
const GROWS = /\.log$|\/LOG(\.old)?$/;

/** No file came, went or changed, other than logs that grew. */
function isSameState(before: LinkFiles, after: LinkFiles): boolean {
  if (before.size !== after.size) return false;
  return [...before].every(([name, { size, mtimeMs }]) => {
    const now = after.get(name);
    if (!now) return false;
    return GROWS.test(name) ? now.size >= size : now.size === size && now.mtimeMs === mtimeMs;
  });
}

async function copyOnce(profileDir: string, target: string): Promise<boolean> {
  try {
    const before = await linkFiles(profileDir);
    for (const name of before.keys()) {
      await mkdir(dirname(join(target, name)), { recursive: true });
      await copyFile(join(profileDir, name), join(target, name));
    }
    return before.size > 0 && isSameState(before, await linkFiles(profileDir)) && (await isWholeProfile(target));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // a compaction took a file away
    throw error;
  }
}

/**
 * Copies the databases of a profile, while a browser may be writing them, in a state its next start can recover: taken
 * again until nothing was compacted in between. Throws when the databases do not hold still.
 */
export async function copyProfile(profileDir: string, target: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true, mode: 0o700 });
    if (await copyOnce(profileDir, target)) return;
  }
  throw new Error('The profile changed at every attempt to copy it, or holds nothing yet');
}

/** A copy for as long as `use` takes. */
export async function withProfileCopy(profileDir: string, copy: string, use: (copy: string) => Promise<void>): Promise<void> {
  try {
    await copyProfile(profileDir, copy);
    await use(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Tells whether anything changed since an earlier mark. */
export async function profileMark(profileDir: string): Promise<string> {
  return [...(await linkFiles(profileDir))].map(([name, { size, mtimeMs }]) => `${name}:${size}:${mtimeMs}`).join('|');
}
