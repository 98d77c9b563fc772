import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../shared/domain/objects/object-store.ts';
import type { Log } from '../observability/log.ts';
import { isCopyName, type KeptCopy } from './copy-names.ts';
import { keptCopies, type CopyShelf } from './kept-copies.ts';
import { isWholeProfile } from './link-databases.ts';
import type { ProfileArchive } from './profile-archive.ts';
import { withProfileCopy } from './profile-copy.ts';
import { sessionFolder } from './session-folder.ts';
import { type ProfilePlace, type SessionStore, UnusableCopyError } from './session-store.ts';
import { wholeOrNotAtAll } from './whole-folder.ts';
import { checkZip, unpackZip } from './zip-files.ts';

const WIPE = 'WIPED';

export interface RemoteAuthOptions {
  readonly objects: ObjectStore;
  readonly archive: ProfileArchive;
  /** For archives on their way; on the local disk. */
  readonly scratchDir: string;
  readonly log: Log;
}

/**
 * Profiles in a bucket, each in an object as whatsapp-web.js's RemoteAuth knows it:
 * `<workspace>/<session>/<token>-<counter>/RemoteAuth-<session>.zip`, the last three of each session.
 */
export const remoteAuthStore = (options: RemoteAuthOptions): SessionStore => keptCopies(archiveShelf(options), options.log);

function archiveShelf({ objects, archive, scratchDir }: RemoteAuthOptions): CopyShelf {
  const prefixOf = (place: ProfilePlace): string => `${sessionFolder(place)}/`;
  const keyOf = (place: ProfilePlace, { name, isWipe }: KeptCopy): string =>
    `${prefixOf(place)}${name}/${isWipe ? WIPE : archive.nameOf(place.sessionId)}`;
  const copyKey = (place: ProfilePlace, name: string): string => keyOf(place, { name, isWipe: false });

  const upload = async (key: string, zip: Buffer): Promise<void> => {
    await checkZip(zip);
    try {
      await objects.put(key, zip);
      const kept = await objects.get(key);
      if (!kept || !zip.equals(kept)) throw new Error('The bucket gave back something else than it was given');
    } catch (error) {
      await objects.remove([key]).catch(() => undefined); // what went wrong first is what counts
      throw error;
    }
  };

  return {
    async list(place) {
      const prefix = prefixOf(place);
      return (await objects.list(prefix)).flatMap(({ key }) => copyOf(key.slice(prefix.length), archive.nameOf(place.sessionId)));
    },

    put: (owner, name, profileDir) =>
      withWorkDir(scratchDir, (workDir) =>
        withProfileCopy(profileDir, join(workDir, 'copy'), async (copy) =>
          upload(copyKey(owner, name), await readFile(await archive.pack(owner.sessionId, copy, workDir))),
        ),
      ),

    async take(place, name, profileDir) {
      const zip = await objects.get(copyKey(place, name));
      if (!zip) throw new Error('The copy is gone, it was replaced meanwhile');
      await wholeOrNotAtAll(profileDir, async (folder) => {
        await unpackZip(Buffer.from(zip), folder);
        if (!(await isWholeProfile(folder))) throw new UnusableCopyError('snapshot_corrupt', 'it holds no databases that can be opened');
      });
    },

    markWiped: (place, name) => objects.put(keyOf(place, { name, isWipe: true }), new Uint8Array()),

    remove: (place, copies) => objects.remove(copies.map((copy) => keyOf(place, copy))),

    async describe(place, name) {
      const path = copyKey(place, name);
      const found = (await objects.list(path)).find(({ key }) => key === path);
      if (!found) throw new Error('The copy is gone, it was replaced meanwhile');
      return { path, bytes: found.bytes };
    },
  };
}

function copyOf(key: string, archiveName: string): readonly KeptCopy[] {
  const [name = '', file, ...more] = key.split('/');
  if (!isCopyName(name) || more.length > 0) return [];
  if (file === archiveName) return [{ name, isWipe: false }];
  return file === WIPE ? [{ name, isWipe: true }] : [];
}

async function withWorkDir(scratchDir: string, use: (workDir: string) => Promise<void>): Promise<void> {
  await mkdir(scratchDir, { recursive: true });
  const workDir = await mkdtemp(join(scratchDir, 'archive-'));
  try {
    await use(workDir);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
