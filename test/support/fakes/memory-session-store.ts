import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keptCopies, type CopyShelf } from '../../../fleet/storage/kept-copies.ts';
import { sessionFolder } from '../../../fleet/storage/session-folder.ts';
import { type ProfilePlace, type SessionStore, UnusableCopyError } from '../../../fleet/storage/session-store.ts';
import { listFiles } from '../../../fleet/storage/tar-folder.ts';
import { wholeOrNotAtAll } from '../../../fleet/storage/whole-folder.ts';
import { silentLog } from './silent-log.ts';

type Files = ReadonlyMap<string, Buffer>;

/** What is on a shelf, by session and name. `damaged`: it cannot be used. */
export type MemoryShelf = Map<string, Map<string, Files | 'wiped' | 'damaged'>>;

/** Keeps the databases of profiles in memory. */
export const memorySessionStore = (shelf: MemoryShelf = new Map()): SessionStore => keptCopies(memoryShelf(shelf), silentLog);

function memoryShelf(shelf: MemoryShelf): CopyShelf {
  const copiesOf = (place: ProfilePlace) => {
    const folder = sessionFolder(place);
    const copies = shelf.get(folder) ?? new Map<string, Files | 'wiped' | 'damaged'>();
    shelf.set(folder, copies);
    return copies;
  };
  return {
    list: async (place) => [...copiesOf(place)].map(([name, content]) => ({ name, isWipe: content === 'wiped' })),
    async put(owner, name, profileDir) {
      copiesOf(owner).set(name, await readFiles(profileDir));
    },
    async take(place, name, profileDir) {
      const files = copiesOf(place).get(name);
      if (files === 'damaged' || files === 'wiped' || !files) throw new UnusableCopyError('snapshot_corrupt', 'it is damaged');
      await wholeOrNotAtAll(profileDir, (folder) => writeFiles(folder, files));
    },
    async markWiped(place, name) {
      copiesOf(place).set(name, 'wiped');
    },
    async remove(place, copies) {
      for (const { name } of copies) copiesOf(place).delete(name);
    },
    describe: async (place, name) => ({ path: `${sessionFolder(place)}/${name}`, bytes: 1 }),
  };
}

async function readFiles(profileDir: string): Promise<Files> {
  const names = (await listFiles(profileDir)).filter((name) => /IndexedDB|Local Storage/.test(name));
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(profileDir, name))] as const)));
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}
