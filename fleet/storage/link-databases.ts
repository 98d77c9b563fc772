import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listFiles } from './tar-folder.ts';

/** What holds the link, as whatsapp-web.js's RemoteAuth names it too; everything else in a profile is cache. */
const KEPT_FOLDERS = ['Default/IndexedDB', 'Default/Local Storage'] as const;
/** Held by a running Chromium, made anew by the next. */
const NOT_KEPT = /\/LOCK$/;
const DATABASE = /^(.*leveldb)\/[^/]+$/;
const CURRENT = /^(MANIFEST-\d+)\n$/;

export type LinkFiles = ReadonlyMap<string, { readonly size: number; readonly mtimeMs: number }>;

/** The files of the databases that hold the link, by paths relative to the profile. */
export async function linkFiles(profileDir: string): Promise<LinkFiles> {
  const files = new Map<string, { readonly size: number; readonly mtimeMs: number }>();
  for (const folder of KEPT_FOLDERS) {
    const names = (await unlessMissing(listFiles(join(profileDir, folder)))) ?? [];
    for (const name of names.map((file) => `${folder}/${file}`)) {
      const found = NOT_KEPT.test(name) ? undefined : await unlessMissing(stat(join(profileDir, name)));
      if (found) files.set(name, { size: found.size, mtimeMs: found.mtimeMs });
    }
  }
  return files;
}

/** Not made yet, or taken away by a compaction. That something cannot be read must not look the same. */
const unlessMissing = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

/** Whether a LevelDB can be opened at all: CURRENT names its manifest. Everything else its own log makes good. */
async function isWholeDatabase(folder: string): Promise<boolean> {
  const current = await unlessMissing(readFile(join(folder, 'CURRENT'), 'utf8'));
  const [, manifest] = CURRENT.exec(current ?? '') ?? [];
  const found = manifest === undefined ? undefined : await unlessMissing(stat(join(folder, manifest)));
  return found !== undefined && found.size > 0;
}

/** Whether a profile holds databases, each of which a browser can open. */
export async function isWholeProfile(profileDir: string): Promise<boolean> {
  const databases = new Set([...(await linkFiles(profileDir)).keys()].flatMap((name) => DATABASE.exec(name)?.[1] ?? []));
  const checks = await Promise.all([...databases].map((folder) => isWholeDatabase(join(profileDir, folder))));
  return checks.length > 0 && checks.every(Boolean);
}

/** Bytes of what holds the link. */
export async function linkBytes(profileDir: string): Promise<number> {
  return [...(await linkFiles(profileDir)).values()].reduce((sum, { size }) => sum + size, 0);
}
