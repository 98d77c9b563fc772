import type { OutboundMessage } from '../outbox/outbound-message.ts';
import { filled, msUntil, PAIR_RULE, taken, type Bucket } from './token-bucket.ts';

export interface PairPlan {
  readonly go: readonly OutboundMessage[];
  /** One after the other, as the limit lets them. `dueAt` in Unix ms. */
  readonly later: readonly { readonly message: OutboundMessage; readonly dueAt: number }[];
  /** Of those who are written to now, as they stand then. */
  readonly buckets: ReadonlyMap<string, Bucket>;
}

/** Which messages may go now without writing to one person more often than Meta allows. Each person's stay in order. */
export function pairPlan(messages: readonly OutboundMessage[], known: ReadonlyMap<string, Bucket>, now: number): PairPlan {
  const go: OutboundMessage[] = [];
  const later: { message: OutboundMessage; dueAt: number }[] = [];
  const buckets = new Map<string, Bucket>();
  for (const [peer, group] of Map.groupBy(messages, (message) => message.peer)) {
    const bucket = filled(known.get(peer), PAIR_RULE, now);
    const count = Math.min(group.length, Math.max(0, Math.floor(bucket.tokens)));
    go.push(...group.slice(0, count));
    later.push(...group.slice(count).map((message, i) => ({ message, dueAt: now + msUntil(bucket, PAIR_RULE, count + i + 1) })));
    if (count > 0) buckets.set(peer, taken(bucket, count));
  }
  return { go, later, buckets };
}
