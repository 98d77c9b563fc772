import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listFiles } from './tar-folder.ts';

/** What holds the link; everything else in a profile is cache. */
const KEPT_FOLDERS = ['Default/IndexedDB', 'Default/Local Storage'] as const;
const ATTEMPTS = 6;
/** A database's log only grows, and a copy that ends earlier is an earlier state. All other files never change once made. */
const GROWS = /\.log$|\/LOG(\.old)?$/;
const NOT_COPIED = /\/LOCK$/;

type Listing = ReadonlyMap<string, { readonly size: number; readonly mtimeMs: number }>;

async function listKept(profileDir: string): Promise<Listing> {
  const listing = new Map<string, { size: number; mtimeMs: number }>();
  for (const folder of KEPT_FOLDERS) {
    const files = await listFiles(join(profileDir, folder)).catch(() => []); // not made yet
    for (const file of files) {
      const name = `${folder}/${file}`;
      if (NOT_COPIED.test(name)) continue;
      const { size, mtimeMs } = await stat(join(profileDir, name));
      listing.set(name, { size, mtimeMs });
    }
  }
  return listing;
}

/** No file came, went or changed, other than logs that grew. */
function isSameState(before: Listing, after: Listing): boolean {
  if (before.size !== after.size) return false;
  return [...before].every(([name, { size, mtimeMs }]) => {
    const now = after.get(name);
    if (!now) return false;
    return GROWS.test(name) ? now.size >= size : now.size === size && now.mtimeMs === mtimeMs;
  });
}

async function copyOnce(profileDir: string, target: string): Promise<boolean> {
  try {
    const before = await listKept(profileDir);
    for (const name of before.keys()) {
      await mkdir(dirname(join(target, name)), { recursive: true });
      await copyFile(join(profileDir, name), join(target, name));
    }
    return before.size > 0 && isSameState(before, await listKept(profileDir));
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
    await mkdir(target, { recursive: true });
    if (await copyOnce(profileDir, target)) return;
  }
  throw new Error('The profile changed at every attempt to copy it, or holds nothing yet');
}

/** Tells whether anything changed since an earlier mark. */
export async function profileMark(profileDir: string): Promise<string> {
  return [...(await listKept(profileDir))].map(([name, { size, mtimeMs }]) => `${name}:${size}:${mtimeMs}`).join('|');
}
