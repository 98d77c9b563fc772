import type { PacingState } from '../../../shared/domain/pacing/pacing.ts';
import type { PacingStore } from '../../../shared/domain/pacing/pacing-store.ts';

export function memoryPacingStore(): PacingStore {
  const states = new Map<string, PacingState>();
  return {
    load: async (sessionId) => states.get(sessionId),
    async save(sessionId, state) {
      states.set(sessionId, state);
    },
  };
}
