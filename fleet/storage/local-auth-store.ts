import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Log } from '../observability/log.ts';
import { isWholeProfile, linkBytes, linkFiles } from './link-databases.ts';
import { sessionFolder } from './session-folder.ts';
import { type ProfileOwner, type ProfilePlace, type SessionStore, StaleOwnerError, type StoredProfile } from './session-store.ts';

const Owner = z.object({ fencingToken: z.int().nonnegative() });

/**
 * The live profile itself on the shared mount, as whatsapp-web.js's LocalAuth lays it out
 * (`<store>/<workspace>/session-<session>`): nothing is copied, so nothing can be older than the last write, and nothing
 * is there to go back to. A file beside each profile tells who may use it.
 */
export function localAuthStore(storeDir: string, log: Log): SessionStore {
  const pathOf = (place: ProfilePlace): string => {
    const [workspace, session] = sessionFolder(place).split('/');
    return `${workspace}/session-${session}`;
  };
  const homeOf = (place: ProfilePlace): string => join(storeDir, pathOf(place));
  const ownerFile = (place: ProfilePlace): string => `${homeOf(place)}.owner.json`;

  const refuseStale = async (owner: ProfileOwner): Promise<void> => {
    const holder = await readOwner(ownerFile(owner));
    if (holder > owner.fencingToken) throw new StaleOwnerError(`Owner ${owner.fencingToken} has been replaced by ${holder}`);
  };

  const describe = async (place: ProfilePlace) => ({ path: pathOf(place), bytes: await linkBytes(homeOf(place)) });
  const verified = async (place: ProfilePlace): Promise<StoredProfile> => ({ ...(await describe(place)), verifiedAt: new Date().toISOString() });
  const isThere = async (place: ProfilePlace): Promise<boolean> => (await linkFiles(homeOf(place))).size > 0;

  /** Kept aside, for whoever wants to look at it; a browser would make a new profile in its place, or hang on it. */
  const setAside = async (owner: ProfileOwner): Promise<void> => {
    const aside = `${homeOf(owner)}.unusable`;
    await rm(aside, { recursive: true, force: true });
    await rename(homeOf(owner), aside);
    log.warn({ sessionId: owner.sessionId }, 'profile unusable, set aside');
  };

  return {
    homeOf,

    async save(owner, profileDir) {
      if (profileDir !== homeOf(owner)) throw new Error('The profile does not lie in the store');
      await refuseStale(owner);
      if (!(await isWholeProfile(profileDir))) throw new Error('The databases of the profile cannot be opened, or are not made yet');
      await writeOwner(ownerFile(owner), owner);
      return verified(owner);
    },

    async restoreLatest(owner, profileDir, { onSkipped } = {}) {
      if (profileDir !== homeOf(owner)) throw new Error('The profile does not lie in the store');
      await refuseStale(owner);
      await writeOwner(ownerFile(owner), owner);
      if (!(await isThere(owner))) return undefined;
      if (await isWholeProfile(profileDir)) return verified(owner);
      await setAside(owner);
      onSkipped?.({ path: pathOf(owner), code: 'snapshot_corrupt', detail: 'The profile holds a database that cannot be opened, and there is no other copy' });
      return undefined;
    },

    async wipe(owner) {
      if ((await readOwner(ownerFile(owner))) > owner.fencingToken) return;
      for (const path of [homeOf(owner), `${homeOf(owner)}.unusable`]) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },

    async describe(place) {
      return (await isThere(place)) ? describe(place) : undefined;
    },
  };
}

/** −1: nobody yet. Throws for a file that cannot be read: it must not look as if the profile were free. */
async function readOwner(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? -1 : Owner.parse(JSON.parse(text)).fencingToken;
}

async function writeOwner(path: string, { fencingToken }: ProfileOwner): Promise<void> {
  const partial = `${path}.${fencingToken}.partial`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify({ fencingToken }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, path);
}
