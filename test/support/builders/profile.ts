import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const INDEXED_DB = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';
const LOCAL_STORAGE = 'Default/Local Storage/leveldb';
const LINK = `${INDEXED_DB}/000003.log`;

/** The files of a browser profile as Chromium lays them out, with something recognisable in place of the link. */
export async function writeProfile(dir: string, link: string | Buffer): Promise<string> {
  for (const database of [INDEXED_DB, LOCAL_STORAGE]) {
    await write(join(dir, database, 'CURRENT'), 'MANIFEST-000001\n');
    await write(join(dir, database, 'MANIFEST-000001'), 'manifest');
    await write(join(dir, database, '000003.log'), 'log');
    await write(join(dir, database, 'LOCK'), '');
  }
  await write(join(dir, LINK), link);
  await write(join(dir, 'Default/Cache/data'), Buffer.alloc(10_000, 'cache'));
  return dir;
}

export const readLink = (dir: string): Promise<Buffer> => readFile(join(dir, LINK));

/** What a browser finds when it opens a profile whose database lost its head. */
export const breakProfile = (dir: string): Promise<void> => writeFile(join(dir, INDEXED_DB, 'CURRENT'), '');

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
