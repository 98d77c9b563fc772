import { sequenceOf, type Arrivals } from '../../../shared/domain/session-events/arrivals.ts';

/** Arrivals in memory: keeps the same contract as the DynamoDB adapter, and forgets nothing. */
export function memoryArrivals(): Arrivals {
  const keys = new Map<string, string[]>();
  return {
    async number(sessionId, fencingToken, key) {
      const known = keys.get(sessionId) ?? [];
      keys.set(sessionId, known);
      if (!known.includes(key)) known.push(key);
      return sequenceOf(fencingToken, known.indexOf(key) + 1);
    },
  };
}
