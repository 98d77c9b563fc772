import type { AppliedChange } from '../outbox/messages.ts';

/** What became of the messages of one number lately. */
export interface Outcomes {
  readonly sent: number;
  readonly failed: number;
  readonly unknown: number;
}

export const NO_OUTCOMES: Outcomes = { sent: 0, failed: 0, unknown: 0 };

/** Outcomes count this long, Unix ms; they are kept in stretches of `BUCKET_MS`. */
export const RECENT_MS = 15 * 60_000;
export const BUCKET_MS = 5 * 60_000;

export interface RecentOutcomes {
  /** Counts each batch once: `sequence` grows, as that of `SessionEventBatch`. */
  add(sessionId: string, at: number, outcomes: Outcomes, sequence: string): Promise<void>;
  /** Of the last `RECENT_MS`, at their sessions' places. */
  recent(sessionIds: readonly string[], now: number): Promise<readonly Outcomes[]>;
}

/** Failures that say something of the number and nothing of the person or the message. */
const THE_NUMBERS_FAULT: ReadonlySet<string> = new Set([
  'rejected_by_whatsapp', 'time_locked', 'spam_limit', 'account_locked', 'policy_violation', 'payment_issue', 'credentials_invalid',
  'permission_missing', 'number_not_registered', 'provider_unavailable', 'rate_limited',
]);

/** How the changes of one batch count; `undefined`: not at all. */
export function outcomesOf(applied: readonly AppliedChange[]): Outcomes | undefined {
  const counted = applied.reduce((sum, change) => {
    const kind = outcomeOf(change);
    return kind ? { ...sum, [kind]: sum[kind] + 1 } : sum;
  }, NO_OUTCOMES);
  return counted.sent + counted.failed + counted.unknown > 0 ? counted : undefined;
}

function outcomeOf({ from, change, message }: AppliedChange): keyof Outcomes | undefined {
  if (change.to === 'unknown') return 'unknown';
  if (change.to === 'failed') return THE_NUMBERS_FAULT.has(message.failure?.code ?? '') ? 'failed' : undefined;
  return from === 'queued' || from === 'sending' || from === 'unknown' ? 'sent' : undefined;
}

/** Two good sends are taken for granted, so that one failure after a lull is no downfall. */
const TAKEN_FOR_GRANTED = 2;

/** From 1 (all went well, or nothing was sent) towards 0. */
export const scoreOf = ({ sent, failed, unknown }: Outcomes): number =>
  (sent + TAKEN_FOR_GRANTED) / (sent + failed + unknown + TAKEN_FOR_GRANTED);
