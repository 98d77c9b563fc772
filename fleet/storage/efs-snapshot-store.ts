import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataKeys, KeyContext } from '../../shared/domain/encryption/data-keys.ts';
import type { Log } from '../observability/log.ts';
import { isCopyName, tokenOf, type KeptCopy } from './copy-names.ts';
import { keptCopies, type CopyShelf } from './kept-copies.ts';
import { withProfileCopy } from './profile-copy.ts';
import { sessionFolder } from './session-folder.ts';
import type { ProfileOwner, ProfilePlace, SessionStore } from './session-store.ts';
import { nowhere, readSnapshot, writeSnapshot } from './snapshot-file.ts';
import { extractTar, packFolder } from './tar-folder.ts';
import { wholeOrNotAtAll } from './whole-folder.ts';

const COPY = '.snap';
const WIPE = '.wiped';
const PARTIAL = '.partial';

export interface EfsSnapshotOptions {
  readonly storeDir: string;
  /** For half-made copies; on the local disk. */
  readonly scratchDir: string;
  readonly keys: DataKeys;
  readonly log: Log;
}

const contextOf = ({ workspaceId, sessionId }: ProfilePlace): KeyContext => ({ workspaceId, sessionId });

const fileOf = ({ name, isWipe }: KeptCopy): string => `${name}${isWipe ? WIPE : COPY}`;

/** Encrypted copies on a shared mount: `<store>/<workspace>/<session>/<token>-<counter>.snap`, the last three of each. */
export const efsSnapshotStore = (options: EfsSnapshotOptions): SessionStore => keptCopies(snapshotShelf(options), options.log);

function snapshotShelf({ storeDir, scratchDir, keys }: EfsSnapshotOptions): CopyShelf {
  const folderOf = (place: ProfilePlace): string => join(storeDir, sessionFolder(place));

  /** What processes before us left half-written; nobody writes under an owner that has been replaced. */
  const sweepPartials = async (owner: ProfileOwner): Promise<void> => {
    const folder = folderOf(owner);
    const stale = (await readNames(folder)).filter((name) => name.endsWith(PARTIAL) && !(tokenOf(name.slice(0, 17)) > owner.fencingToken));
    await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
  };

  const write = async (owner: ProfileOwner, name: string, copy: string): Promise<void> => {
    const folder = folderOf(owner);
    const partial = join(folder, `${name}${PARTIAL}`);
    try {
      await writeSnapshot(partial, packFolder(copy), keys, contextOf(owner));
      await readSnapshot(partial, nowhere(), keys, contextOf(owner));
      await rename(partial, join(folder, `${name}${COPY}`));
      await syncFolder(folder);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined); // what went wrong first is what counts
      throw error;
    }
  };

  return {
    async list(place) {
      return (await readNames(folderOf(place))).flatMap(copyOf);
    },

    async put(owner, name, profileDir) {
      await mkdir(folderOf(owner), { recursive: true, mode: 0o700 });
      await sweepPartials(owner);
      await withProfileCopy(profileDir, join(scratchDir, `${owner.sessionId}.copy`), (copy) => write(owner, name, copy));
    },

    take: (place, name, profileDir) =>
      wholeOrNotAtAll(profileDir, (folder) =>
        readSnapshot(join(folderOf(place), `${name}${COPY}`), extractTar(folder), keys, contextOf(place)),
      ),

    async markWiped(place, name) {
      const folder = folderOf(place);
      await (await open(join(folder, `${name}${WIPE}`), 'w', 0o600)).close();
      await syncFolder(folder);
    },

    async remove(place, copies) {
      const folder = folderOf(place);
      for (const copy of copies) await rm(join(folder, fileOf(copy)), { force: true });
    },

    async describe(place, name) {
      const file = `${name}${COPY}`;
      return { path: `${sessionFolder(place)}/${file}`, bytes: (await stat(join(folderOf(place), file))).size };
    },
  };
}

function copyOf(file: string): readonly KeptCopy[] {
  const name = file.slice(0, file.indexOf('.'));
  if (!isCopyName(name)) return [];
  if (file === `${name}${COPY}`) return [{ name, isWipe: false }];
  return file === `${name}${WIPE}` ? [{ name, isWipe: true }] : [];
}

/** None when the folder is not there; any other failure must not look as if there were no snapshots. */
const readNames = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

/** A rename lasts only once its folder is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
