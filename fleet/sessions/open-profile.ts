import type { PreparedProfile } from '../storage/live-profiles.ts';
import { mendDatabases } from '../storage/mend-databases.ts';
import { cleanProfileLocks } from '../storage/profile-lock-cleaner.ts';
import type { SkippedCopy } from '../storage/session-store.ts';
import type { Recovery } from './recovery.ts';
import type { SessionContext } from './session-context.ts';
import { warnOfSkipped } from './snapshot-warnings.ts';

export interface OpenProfile {
  readonly dir: string;
  /** It came from a snapshot, and what came after that is still to be asked for. */
  readonly isBehind: boolean;
  /** The copy it came from. */
  readonly copyPath: string | undefined;
  /** It was linked, or is the copy of one that was: were it to ask for a QR code, another copy may know better. */
  readonly hasCopyToTry: boolean;
}

/**
 * Makes a profile ready for a browser, without locks of a dead one, and tells of what was wrong with it. `mayRun` is
 * asked before anything is removed or cut. `undefined`: it says no.
 */
export async function openProfile(context: SessionContext, recovery: Recovery, mayRun: () => boolean): Promise<OpenProfile | undefined> {
  const { services, sessionId } = context;
  const skipped: SkippedCopy[] = [];
  const { dir, restoredFrom, isBehind } = await prepare(context, recovery, (copy) => skipped.push(copy));
  if (skipped.length > 0) warnOfSkipped(context, skipped, restoredFrom !== undefined);
  const locks = await cleanProfileLocks(dir, mayRun);
  if (!mayRun()) return undefined;
  const tornBytes = await mendDatabases(dir);
  if (locks.length > 0) context.warn('profile_lock_cleaner', 'stale_lock', `The browser before died without closing: ${locks.join(', ')} removed`);
  const isWarm = restoredFrom === 'warm';
  const isRestored = restoredFrom !== undefined && !isWarm;
  services.log.info({ sessionId, profile: isWarm ? 'warm' : isRestored ? 'restored' : 'new', tornBytes }, 'browser starting');
  const copyPath = isRestored ? restoredFrom.path : undefined;
  return { dir, isBehind, copyPath, hasCopyToTry: (isWarm || isRestored) && (await hasAnotherCopy(context, recovery, copyPath)) };
}

async function hasAnotherCopy({ services: { store }, owner }: SessionContext, { passedOver }: Recovery, copyPath: string | undefined): Promise<boolean> {
  if (store.homeOf) return false;
  return (await store.describe(owner, new Set([...passedOver, ...(copyPath === undefined ? [] : [copyPath])]))) !== undefined;
}

/** When the recovery has come to that, the last snapshot in place of what lies here. */
async function prepare({ services, owner }: SessionContext, recovery: Recovery, onSkipped: (copy: SkippedCopy) => void): Promise<PreparedProfile> {
  const options = { onSkipped, passOver: recovery.passedOver };
  const restored = recovery.takeRestore() ? await services.profiles.replaceBySnapshot(owner, options) : undefined;
  return restored ?? services.profiles.prepare(owner, options);
}
