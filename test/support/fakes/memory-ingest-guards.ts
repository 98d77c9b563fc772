import type { Clock } from '../../../shared/domain/clock.ts';
import type { EventLimits, SeenSignatures } from '../../../shared/domain/ingest/ingest-guards.ts';
import { takeTokens, type TokenBuckets } from '../../../shared/domain/ingest/token-buckets.ts';

export function memoryEventLimits(clock: Clock): EventLimits {
  const buckets = new Map<string, TokenBuckets>();
  return {
    async take(sessionId, wanted) {
      const taken = takeTokens(buckets.get(sessionId), wanted, clock.now());
      if (!taken.isTaken) return { isAllowed: false, kind: taken.kind, retryAfterMs: taken.waitMs };
      buckets.set(sessionId, taken.buckets);
      return { isAllowed: true };
    },
  };
}

export function memorySeenSignatures(): SeenSignatures {
  const seen = new Set<string>();
  return {
    async remember(signature) {
      const isNew = !seen.has(signature);
      seen.add(signature);
      return isNew;
    },
  };
}
