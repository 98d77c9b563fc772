import type { EventCounts, EventKind } from './event-kinds.ts';

export type LimitVerdict = { readonly isAllowed: true } | { readonly isAllowed: false; readonly kind: EventKind; readonly retryAfterMs: number };

/** What sessions may report from outside, by kind of event. */
export interface EventLimits {
  /** Counts all of these events, or none of them when one kind is over its limit. */
  take(sessionId: string, wanted: EventCounts): Promise<LimitVerdict>;
}

/** Signatures that were used: each is good once. */
export interface SeenSignatures {
  /** `false`: it was remembered before. */
  remember(signature: string, untilMs: number): Promise<boolean>;
}
