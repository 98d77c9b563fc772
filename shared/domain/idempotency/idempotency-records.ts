/** One run of a request that carries an `Idempotency-Key`. */
export interface Attempt {
  readonly workspaceId: string;
  readonly key: string;
  /** When the request first came, Unix ms. A repeat after a crash gets the same, so that ids derived from it repeat. */
  readonly startedAt: number;
  /** When this run began, Unix ms: tells it from an earlier one that it took over from. */
  readonly attemptAt: number;
}

/** What a repeat is answered with. */
export interface RecordedResponse {
  readonly status: number;
  readonly body: unknown;
  /** Set in place of `body` when that showed a secret: the id of what was made. */
  readonly createdId: string | null;
}

export type Beginning =
  | { readonly outcome: 'begun'; readonly attempt: Attempt }
  | { readonly outcome: 'done'; readonly response: RecordedResponse }
  /** The first one is still running, for less than a minute. */
  | { readonly outcome: 'in-progress' }
  /** The key was used with another request. */
  | { readonly outcome: 'reused' };

/** What creating requests were answered, for 24 hours. */
export interface IdempotencyRecords {
  begin(workspaceId: string, key: string, requestHash: string): Promise<Beginning>;
  complete(attempt: Attempt, response: RecordedResponse): Promise<void>;
  /** The request was refused: the client may correct it and try again under the same key. */
  forget(attempt: Attempt): Promise<void>;
  /** The request broke half-way: a repeat may take over at once, with the same `startedAt`. */
  release(attempt: Attempt): Promise<void>;
}
