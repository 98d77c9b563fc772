import { systemClock, type Clock } from '../../../shared/domain/clock.ts';
import type { Attempt, IdempotencyRecords, RecordedResponse } from '../../../shared/domain/idempotency/idempotency-records.ts';

interface Stored {
  readonly attempt: Attempt;
  readonly requestHash: string;
  readonly response?: RecordedResponse;
}

const DAY_MS = 24 * 3_600_000;
const ABANDONED_AFTER_MS = 60_000;

export function memoryIdempotency(clock: Clock = systemClock): IdempotencyRecords {
  const records = new Map<string, Stored>();
  const place = ({ workspaceId, key }: Pick<Attempt, 'workspaceId' | 'key'>) => `${workspaceId}|${key}`;
  const ours = (attempt: Attempt) => {
    const stored = records.get(place(attempt));
    return stored?.attempt.attemptAt === attempt.attemptAt ? stored : undefined;
  };
  const begin = (attempt: Attempt, requestHash: string) => {
    records.set(place(attempt), { attempt, requestHash });
    return { outcome: 'begun', attempt } as const;
  };

  return {
    async begin(workspaceId, key, requestHash) {
      const now = clock.now();
      const attempt = { workspaceId, key, startedAt: now, attemptAt: now };
      const stored = records.get(place(attempt));
      if (!stored || stored.attempt.startedAt <= now - DAY_MS) return begin(attempt, requestHash);
      if (stored.requestHash !== requestHash) return { outcome: 'reused' };
      if (stored.response) return { outcome: 'done', response: stored.response };
      if (stored.attempt.attemptAt > now - ABANDONED_AFTER_MS) return { outcome: 'in-progress' };
      return begin({ ...attempt, startedAt: stored.attempt.startedAt }, requestHash);
    },
    async complete(attempt, response) {
      const stored = ours(attempt);
      if (stored) records.set(place(attempt), { ...stored, response });
    },
    async forget(attempt) {
      if (ours(attempt)) records.delete(place(attempt));
    },
    async release(attempt) {
      const stored = ours(attempt);
      if (stored) records.set(place(attempt), { ...stored, attempt: { ...attempt, attemptAt: 0 } });
    },
  };
}
