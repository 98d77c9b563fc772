import { EVENT_KINDS, EVENTS_A_MINUTE, type EventCounts, type EventKind } from './event-kinds.ts';

/** What is left in the bucket of each kind, as it was at `at` (Unix ms). A kind that is missing is full. */
export interface TokenBuckets {
  readonly at: number;
  readonly left: EventCounts;
}

export type Taken =
  | { readonly isTaken: true; readonly buckets: TokenBuckets }
  | { readonly isTaken: false; readonly kind: EventKind; readonly waitMs: number };

const MINUTE_MS = 60_000;

/**
 * Takes tokens for all events of a batch, or for none of them. A bucket holds a minute's worth, so that much may come in
 * one burst, and fills evenly. A batch larger than a bucket needs a full one and leaves a debt: it would never pass
 * otherwise.
 */
export function takeTokens(before: TokenBuckets | undefined, wanted: EventCounts, now: number): Taken {
  const left: Partial<Record<EventKind, number>> = {};
  for (const kind of EVENT_KINDS) {
    const count = wanted[kind] ?? 0;
    const available = refilled(before, kind, now);
    const missing = Math.min(count, EVENTS_A_MINUTE[kind]) - available;
    if (count > 0 && missing > 0) return { isTaken: false, kind, waitMs: Math.ceil((missing / EVENTS_A_MINUTE[kind]) * MINUTE_MS) };
    left[kind] = available - count;
  }
  return { isTaken: true, buckets: { at: now, left } };
}

function refilled(before: TokenBuckets | undefined, kind: EventKind, now: number): number {
  const full = EVENTS_A_MINUTE[kind];
  const left = before?.left[kind] ?? full;
  const passedMs = Math.max(0, now - (before?.at ?? now)); // another writer's clock may be ahead of ours
  return Math.min(full, left + (passedMs / MINUTE_MS) * full);
}
