/** Whose profile it is. The fencing token orders the copies of successive owners. */
export interface ProfileOwner {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly fencingToken: number;
}

export type ProfilePlace = Pick<ProfileOwner, 'workspaceId' | 'sessionId'>;

export interface StoredProfile {
  /** Relative to the store. */
  readonly path: string;
  readonly bytes: number;
  readonly verifiedAt: string;
}

export type UnusableReason = 'snapshot_corrupt' | 'snapshot_version_unknown' | 'snapshot_wrong_key';

/** A copy that no later try will make better. Any other error of a store may be over soon, and says nothing of the copy. */
export class UnusableCopyError extends Error {
  override readonly name = 'UnusableCopyError';
  readonly code: UnusableReason;

  constructor(code: UnusableReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The store holds something of a later owner: the session is not ours any more. */
export class StaleOwnerError extends Error {
  override readonly name = 'StaleOwnerError';
}

/** A copy that was passed over, and why. */
export interface SkippedCopy {
  readonly path: string;
  readonly code: UnusableReason;
  readonly detail: string;
}

/** Paths of copies that turned out to hold no link. */
export type PassedOver = ReadonlySet<string>;

export interface RestoreOptions {
  readonly onSkipped?: ((skipped: SkippedCopy) => void) | undefined;
  readonly passOver?: PassedOver | undefined;
}

/** What holds a session's link, kept where any instance can reach it. */
export interface SessionStore {
  /** Where the browser of a session must run, in a store that copies nothing. Left out: where the instance likes. */
  readonly homeOf?: (place: ProfilePlace) => string;
  /**
   * Keeps what matters of a live profile. What was kept was read back and found whole. Throws StaleOwnerError, with
   * nothing kept, for an owner that has been replaced; after any error what was kept before still is.
   */
  save(owner: ProfileOwner, profileDir: string): Promise<StoredProfile>;
  /**
   * Puts the newest whole copy into `profileDir`, which is new. `undefined`: there is none, the number must be linked
   * anew. Throws when the store cannot be reached: that a copy cannot be read now does not make an older one the newest.
   */
  restoreLatest(owner: ProfileOwner, profileDir: string, options?: RestoreOptions): Promise<StoredProfile | undefined>;
  /** Removes everything up to this owner's: the number was unlinked, or the session deleted. Later owners' stays. */
  wipe(owner: ProfileOwner): Promise<void>;
  /** The newest copy, unread, of those not passed over. */
  describe(place: ProfilePlace, passOver?: PassedOver): Promise<Omit<StoredProfile, 'verifiedAt'> | undefined>;
}
