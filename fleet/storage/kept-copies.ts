import type { Log } from '../observability/log.ts';
import { isOvertaken, nextName, surplus, tokenOf, usableNames, type KeptCopy } from './copy-names.ts';
import {
  type PassedOver, type ProfileOwner, type ProfilePlace, type SessionStore, type SkippedCopy, StaleOwnerError, type StoredProfile, UnusableCopyError,
} from './session-store.ts';

/** Where copies lie, one beside the other. It knows nothing of their order. */
export interface CopyShelf {
  /** Throws for ids that are none. */
  list(place: ProfilePlace): Promise<readonly KeptCopy[]>;
  /** Copies a profile under a new name and reads it back. On an error nothing is left under the name. */
  put(owner: ProfileOwner, name: string, profileDir: string): Promise<void>;
  /** Puts a copy into a folder that is not there yet, whole or not at all. Throws UnusableCopyError. */
  take(place: ProfilePlace, name: string, profileDir: string): Promise<void>;
  markWiped(place: ProfilePlace, name: string): Promise<void>;
  remove(place: ProfilePlace, copies: readonly KeptCopy[]): Promise<void>;
  describe(place: ProfilePlace, name: string): Promise<Omit<StoredProfile, 'verifiedAt'>>;
}

/** A store that keeps the last three copies of each session on a shelf, in the order of their owners. */
export function keptCopies(shelf: CopyShelf, log: Log): SessionStore {
  const verified = async (place: ProfilePlace, name: string): Promise<StoredProfile> => ({
    ...(await shelf.describe(place, name)), verifiedAt: new Date().toISOString(),
  });

  /** The new copy counts even if an old one cannot be removed now. */
  const dropOld = async (owner: ProfileOwner, kept: readonly KeptCopy[]): Promise<void> => {
    await shelf.remove(owner, surplus(kept, owner.fencingToken)).catch((error: unknown) => {
      log.warn({ sessionId: owner.sessionId, err: error }, 'old snapshots not removed');
    });
  };

  /** `undefined`: taken. */
  const tryTake = async (owner: ProfileOwner, name: string, profileDir: string): Promise<SkippedCopy | undefined> => {
    try {
      await shelf.take(owner, name, profileDir);
      return undefined;
    } catch (error) {
      if (!(error instanceof UnusableCopyError)) throw error;
      const { path } = await shelf.describe(owner, name);
      log.warn({ sessionId: owner.sessionId, snapshot: path, code: error.code, err: error }, 'snapshot unusable, trying the one before');
      return { path, code: error.code, detail: `Snapshot ${name} cannot be used: ${error.message}` };
    }
  };

  const newestOf = async (place: ProfilePlace, passOver?: PassedOver): Promise<Omit<StoredProfile, 'verifiedAt'> | undefined> => {
    for (const name of usableNames(await shelf.list(place))) {
      const copy = await shelf.describe(place, name);
      if (!passOver?.has(copy.path)) return copy;
    }
    return undefined;
  };

  return {
    async save(owner, profileDir) {
      const kept = await shelf.list(owner);
      if (isOvertaken(kept, owner.fencingToken)) throw new StaleOwnerError(`Owner ${owner.fencingToken} has been replaced`);
      const name = nextName(kept, owner.fencingToken);
      await shelf.put(owner, name, profileDir);
      await dropOld(owner, [...kept, { name, isWipe: false }]);
      return verified(owner, name);
    },

    async restoreLatest(owner, profileDir, { onSkipped, passOver } = {}) {
      for (const name of usableNames(await shelf.list(owner))) {
        if (passOver?.has((await shelf.describe(owner, name)).path)) continue;
        const skipped = await tryTake(owner, name, profileDir);
        if (!skipped) return verified(owner, name);
        onSkipped?.(skipped);
      }
      return undefined;
    },

    /** Marked first: a copy that is being written meanwhile comes too late, and so does one of a slow earlier owner. */
    async wipe(owner) {
      const kept = (await shelf.list(owner)).filter(({ name }) => tokenOf(name) <= owner.fencingToken);
      if (kept.length === 0) return;
      const name = nextName(kept, owner.fencingToken);
      await shelf.markWiped(owner, name);
      await shelf.remove(owner, kept);
    },

    describe: newestOf,
  };
}
