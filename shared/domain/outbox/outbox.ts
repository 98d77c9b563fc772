import type { OutboundMessage } from './outbound-message.ts';

/** The queue of one session: its direct messages (`campaignId` null), or those of one campaign. */
export interface OutboxLane {
  readonly sessionId: string;
  readonly campaignId: string | null;
}

export interface ClaimRequest {
  readonly sessionId: string;
  readonly fencingToken: number;
  /** Of the sender's lease, where no instance runs the session (`SenderLeases`): it must still hold. */
  readonly leaseToken?: number;
  /** All of one lane, at most 90. */
  readonly messages: readonly OutboundMessage[];
}

export type ClaimOutcome =
  /** `claimed` are now `sending` and ours; those left out were claimed, cancelled or changed by someone else. */
  | { readonly outcome: 'claimed'; readonly claimed: readonly OutboundMessage[] }
  /** The campaign is not running (paused, cancelled): leave its lane alone until it is. */
  | { readonly outcome: 'campaign-not-running' }
  /** The session has another owner: close it. */
  | { readonly outcome: 'fenced' };

export type InsertOutcome = { readonly message: OutboundMessage; readonly inserted: boolean };

/** A session's durable queue. Once `insert` has returned, the message is safe (I1). */
export interface Outbox {
  /** Inserts unless the id is there already; then the stored one comes back with `inserted: false`. */
  insert(message: OutboundMessage): Promise<InsertOutcome>;
  /** The same for many, in any order; each outcome stands at its message's place. */
  insertMany(messages: readonly OutboundMessage[]): Promise<readonly InsertOutcome[]>;
  /** Due messages of one lane: by priority, then due time, then id. Eventually consistent; the claim decides. */
  listDue(lane: OutboxLane, nowMs: number, limit: number): Promise<readonly OutboundMessage[]>;
  /**
   * `queued → sending` in one transaction with two more conditions: the session still has our token, and the
   * campaign, if any, is running. Adds to the campaign's `sending` count and leaves a claim record (see `listInDoubt`).
   */
  claim(request: ClaimRequest): Promise<ClaimOutcome>;
  /** Messages of claim records that are still `sending` (or `unknown`), whoever claimed them: what a new owner has to resolve. */
  listInDoubt(sessionId: string): Promise<readonly OutboundMessage[]>;
  /**
   * Messages of claim records that WhatsApp took and nobody is known to have read, newest first. The receipts of an
   * owner's last moments are lost with it, so a new one asks about them once.
   */
  listAwaitingReceipts(sessionId: string, limit: number): Promise<readonly OutboundMessage[]>;
  /** Drops claim records none of whose messages is `sending` any more. */
  forgetSettledClaims(sessionId: string): Promise<void>;
  /** Takes over messages that an earlier owner left `sending`: sets `claimToken`, so that we may report on them. */
  adopt(sessionId: string, fencingToken: number, messages: readonly OutboundMessage[]): Promise<readonly OutboundMessage[]>;
  /** Makes messages due later, those that are still queued: they wait without being in anybody's way. */
  postpone(messages: readonly OutboundMessage[], dueAt: number): Promise<void>;
  /** `queued → skipped` for those nobody claimed. Returns the ids that were skipped. */
  skip(workspaceId: string, messageIds: readonly string[]): Promise<readonly string[]>;
  /** Campaign lanes of a session that are open (campaign running). */
  listLanes(sessionId: string): Promise<readonly OutboxLane[]>;
  openLane(lane: OutboxLane): Promise<void>;
  closeLane(lane: OutboxLane): Promise<void>;
}
