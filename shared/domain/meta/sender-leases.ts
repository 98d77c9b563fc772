import type { Bucket } from './token-bucket.ts';

/** What the sender of a number has to know of what went before. Times are Unix ms; `null`: none. */
export interface SenderState {
  /** Of the number's messages a second; `null`: never used. */
  readonly bucket: Bucket | null;
  /** Meta has us wait: nothing leaves from this number until then. */
  readonly holdUntil: number | null;
  /** When Meta last refused the number itself, which a person has to put right; the hold that follows ends with it. */
  readonly troubledAt: number | null;
  /** The same for campaigns alone, after a sign that people take them for spam. */
  readonly campaignsHoldUntil: number | null;
  /** When messages of unknown fate were last looked for. */
  readonly tidiedAt: number | null;
}

export const FRESH_SENDER: SenderState = { bucket: null, holdUntil: null, troubledAt: null, campaignsHoldUntil: null, tidiedAt: null };

/** The right of one run of the sender to send for one number. */
export interface SenderLease {
  readonly sessionId: string;
  /** Grows by one each time the right is given; claims are fenced by it. */
  readonly token: number;
  readonly state: SenderState;
  /** How often somebody who could not have the right asked for another look. */
  readonly wakes: number;
}

export type ReleaseOutcome =
  | { readonly outcome: 'released' }
  /** Somebody asked for another look meanwhile; the lease is still ours. */
  | { readonly outcome: 'look-again'; readonly lease: SenderLease }
  /** It ran out, and another sender took it. */
  | { readonly outcome: 'lost' };

/**
 * Who sends for a number that no instance runs. One at a time, so that messages keep their order and limits are counted
 * in one place. A lease that runs out is free; whoever still acts on it is stopped by its token.
 */
export interface SenderLeases {
  /** `undefined`: another sender has it, and will look once more before it lets go. */
  acquire(sessionId: string, ttlMs: number): Promise<SenderLease | undefined>;
  /** Saves the state and lets go, unless somebody asked for another look. */
  release(lease: SenderLease): Promise<ReleaseOutcome>;
  /** Saves the state and lets go whatever was asked for: the caller has another job enqueued. */
  handBack(lease: SenderLease): Promise<void>;
}

/** How often one person was written to by a number lately. */
export interface PairBuckets {
  load(sessionId: string, peers: readonly string[]): Promise<ReadonlyMap<string, Bucket>>;
  /** Kept until it would be full again. */
  save(sessionId: string, buckets: ReadonlyMap<string, Bucket>): Promise<void>;
}
