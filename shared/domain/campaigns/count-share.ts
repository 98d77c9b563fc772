import type { CampaignCounts } from './campaign.ts';

/** One session's share of a campaign's counts, with what tells whether they may have missed something. */
export interface CountShare {
  readonly sessionId: string;
  readonly counts: CampaignCounts;
  /** Grows with each write of the counts, but for a recount's. */
  readonly changes: number;
  readonly changedAt: number; // Unix ms
  /** The last batch of session events that these counts contain. */
  readonly countedSequence: string | null;
  /** The last batch that a recount has spoken for; until there was one, the first that was counted. */
  readonly vouchedSequence: string | null;
  /** What `changes` was when a recount last set the counts. */
  readonly recountedChanges: number | null;
  /** A batch came too late to be counted: after a newer one, or after a recount that may have seen a part of its moves. */
  readonly isDoubtful: boolean;
}

export const NO_COUNTS: CampaignCounts = { sending: 0, sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0 };

/**
 * How long nothing may have changed before a share is recounted: more than the consumer of session events takes from
 * the first message it moves to its count, so that a recount seldom meets a batch half-way, and less than the minute
 * between two follow-ups.
 */
export const CALM_MS = 30_000;

export const isCalm = ({ changedAt }: CountShare, nowMs: number): boolean => nowMs - changedAt >= CALM_MS;

/**
 * A batch may have been applied and never counted: something still counts as being sent, or the session changed hands,
 * and its former owner's last batch may have gone with it. One look a change is enough: what a recount has seen to be
 * right stays right until somebody writes.
 */
export function isSuspect(share: CountShare): boolean {
  if (share.changes === share.recountedChanges) return false;
  return share.isDoubtful || share.counts.sending !== 0 || tokenOf(share.countedSequence) !== tokenOf(share.vouchedSequence);
}

const tokenOf = (sequence: string | null): string | undefined => sequence?.split('-')[0];

/** Sequences have a fixed width, so they sort as they grow. */
export const laterSequence = (a: string | null, b: string | null): string | null => ((a ?? '') < (b ?? '') ? b : a);
