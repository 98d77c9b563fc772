/** What lets us act for one number on Meta's Cloud API. The token is a secret: it is in no log and no answer. */
export interface MetaCredentials {
  /** Meta's id of the number; it is part of the address of most calls. */
  readonly phoneNumberId: string;
  /** The WhatsApp business account (WABA) the number belongs to; templates hang on it. */
  readonly businessAccountId: string;
  readonly accessToken: string;
}

/** Which session a number at Meta belongs to. */
export interface MetaNumberOwner {
  readonly sessionId: string;
  readonly workspaceId: string;
}

/** The accounts of sessions with provider `meta`. Tokens are encrypted at rest, each under a data key bound to its session. */
export interface MetaAccounts {
  /** Throws `meta_account_missing` (conflict) for a session that has none: not a meta session, or deleted. */
  get(sessionId: string): Promise<MetaCredentials>;
  /** As `get`, without the token and without opening it. `undefined`: there is none. */
  find(sessionId: string): Promise<Omit<MetaCredentials, 'accessToken'> | undefined>;
  /**
   * Stores them for a session that has none, and sends what Meta has for the number its way. Returns who had the number
   * before, in this workspace or as a session that is no more, so that the caller can remove it. Throws
   * `meta_number_taken` (conflict) for a number that a live session of another workspace has.
   */
  save(owner: MetaNumberOwner, credentials: MetaCredentials): Promise<MetaNumberOwner | undefined>;
  /** Puts another token in the place of the one stored. Throws as `get` does. */
  rotate(sessionId: string, accessToken: string): Promise<void>;
  /** Erases them and frees the number. What is not there is no error. */
  remove(sessionId: string): Promise<void>;
  /** For what Meta sends us. `undefined`: the number is nobody's here. */
  ownerOf(phoneNumberId: string): Promise<MetaNumberOwner | undefined>;
  /** Every session of a business account: template news name no number. */
  ownersOf(businessAccountId: string): Promise<readonly MetaNumberOwner[]>;
}
