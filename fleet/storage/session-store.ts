/** Whose profile it is. The fencing token orders the copies of successive owners. */
export interface ProfileOwner {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly fencingToken: number;
}

export interface StoredProfile {
  /** Relative to the store. */
  readonly path: string;
  readonly bytes: number;
  readonly verifiedAt: string;
}

/** Copies of what holds a session's link, kept where any instance can reach them. */
export interface SessionStore {
  /** Copies what matters of a live profile. The copy was read back and found whole. */
  save(owner: ProfileOwner, profileDir: string): Promise<StoredProfile>;
  /** Puts the newest whole copy into `profileDir`, which is new. `undefined`: there is none, the number must be linked anew. */
  restoreLatest(owner: ProfileOwner, profileDir: string): Promise<StoredProfile | undefined>;
  /** Removes every copy: the number was unlinked, or the session deleted. */
  wipe(owner: Pick<ProfileOwner, 'workspaceId' | 'sessionId'>): Promise<void>;
  /** The newest copy, unread. */
  describe(owner: Pick<ProfileOwner, 'workspaceId' | 'sessionId'>): Promise<Omit<StoredProfile, 'verifiedAt'> | undefined>;
}
