import type { SessionStore } from '../../../fleet/storage/session-store.ts';

/** Remembers which sessions have a copy; copies nothing. */
export function memorySessionStore(): SessionStore {
  const saves = new Map<string, number>();
  const describe = (sessionId: string) => {
    const count = saves.get(sessionId);
    return count === undefined ? undefined : { path: `${sessionId}/${count}`, bytes: 1, verifiedAt: '2026-03-01T10:00:00Z' };
  };
  return {
    async save({ sessionId }) {
      saves.set(sessionId, (saves.get(sessionId) ?? 0) + 1);
      return describe(sessionId) ?? { path: '', bytes: 0, verifiedAt: '' };
    },
    restoreLatest: async ({ sessionId }) => describe(sessionId),
    async wipe({ sessionId }) {
      saves.delete(sessionId);
    },
    describe: async ({ sessionId }) => describe(sessionId),
  };
}
