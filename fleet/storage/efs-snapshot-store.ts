import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataKeys, KeyContext } from '../../shared/domain/encryption/data-keys.ts';
import type { Log } from '../observability/log.ts';
import { copyProfile } from './profile-copy.ts';
import { nowhere, readSnapshot, writeSnapshot } from './snapshot-file.ts';
import type { ProfileOwner, SessionStore, StoredProfile } from './session-store.ts';
import { extractTar, packFolder } from './tar-folder.ts';

const KEPT = 3;
const SNAPSHOT = /^(\d{10})-(\d{6})\.snap$/;
const SAFE_ID = /^[a-z]{3}_[0-9A-Z]{26}$/;

type Place = Pick<ProfileOwner, 'workspaceId' | 'sessionId'>;

export interface EfsSnapshotOptions {
  readonly storeDir: string;
  /** For half-made copies; on the local disk. */
  readonly scratchDir: string;
  readonly keys: DataKeys;
  readonly log: Log;
}

/** Folder of one session. Ids come from tables, but never become a path unchecked. */
function folderOf({ workspaceId, sessionId }: Place): string {
  for (const id of [workspaceId, sessionId]) if (!SAFE_ID.test(id)) throw new Error(`${id} is no id`);
  return join(workspaceId, sessionId);
}

const contextOf = ({ workspaceId, sessionId }: Place): KeyContext => ({ workspaceId, sessionId });

/** Encrypted copies on a shared mount: `<store>/<workspace>/<session>/<token>-<counter>.snap`, the last three of each. */
export function efsSnapshotStore({ storeDir, scratchDir, keys, log }: EfsSnapshotOptions): SessionStore {
  /** Newest first: the names sort by token, then counter. */
  const listOf = async (place: Place): Promise<readonly string[]> => {
    const names = await readdir(join(storeDir, folderOf(place))).catch(() => []);
    return names.filter((name) => SNAPSHOT.test(name)).sort().reverse();
  };

  const nextName = async (owner: ProfileOwner): Promise<string> => {
    const token = String(owner.fencingToken).padStart(10, '0');
    const newest = (await listOf(owner)).find((name) => name.startsWith(token));
    const counter = Number(SNAPSHOT.exec(newest ?? '')?.[2] ?? 0) + 1;
    return `${token}-${String(counter).padStart(6, '0')}.snap`;
  };

  const describeFile = async (place: Place, name: string) => {
    const path = join(folderOf(place), name);
    return { path, bytes: (await stat(join(storeDir, path))).size };
  };

  /** Only copies of our own and earlier owners go: a newer owner's are not ours to count. */
  const dropOld = async (owner: ProfileOwner): Promise<void> => {
    const upToUs = (await listOf(owner)).filter((name) => Number(name.slice(0, 10)) <= owner.fencingToken);
    for (const name of upToUs.slice(KEPT)) await rm(join(storeDir, folderOf(owner), name), { force: true });
  };

  const writeChecked = async (owner: ProfileOwner, copy: string): Promise<string> => {
    const name = await nextName(owner);
    const path = join(storeDir, folderOf(owner), name);
    const partial = `${path}.${process.pid}.partial`;
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeSnapshot(partial, packFolder(copy), keys, contextOf(owner));
      await readSnapshot(partial, nowhere(), keys, contextOf(owner));
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    return name;
  };

  const restore = async (owner: ProfileOwner, name: string, profileDir: string): Promise<StoredProfile | undefined> => {
    const partial = `${profileDir}.restoring`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    try {
      await readSnapshot(join(storeDir, folderOf(owner), name), extractTar(partial), keys, contextOf(owner));
      await rename(partial, profileDir);
      return { ...(await describeFile(owner, name)), verifiedAt: new Date().toISOString() };
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      log.warn({ sessionId: owner.sessionId, snapshot: name, err: error }, 'snapshot unusable, trying the one before');
      return undefined;
    }
  };

  return {
    async save(owner, profileDir) {
      const copy = join(scratchDir, `${owner.sessionId}.copy`);
      try {
        await copyProfile(profileDir, copy);
        const name = await writeChecked(owner, copy);
        await dropOld(owner);
        return { ...(await describeFile(owner, name)), verifiedAt: new Date().toISOString() };
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    },

    async restoreLatest(owner, profileDir) {
      for (const name of await listOf(owner)) {
        const restored = await restore(owner, name, profileDir);
        if (restored) return restored;
      }
      return undefined;
    },

    wipe: (place) => rm(join(storeDir, folderOf(place)), { recursive: true, force: true }),

    async describe(place) {
      const [newest] = await listOf(place);
      return newest === undefined ? undefined : describeFile(place, newest);
    },
  };
}
