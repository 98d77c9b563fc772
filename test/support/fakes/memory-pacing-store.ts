import type { ContactSends } from '../../../shared/domain/pacing/contact-limit.ts';
import type { PacingState } from '../../../shared/domain/pacing/pacing.ts';
import type { PacingStore } from '../../../shared/domain/pacing/pacing-store.ts';

export function memoryPacingStore(): PacingStore {
  const states = new Map<string, PacingState>();
  const contacts = new Map<string, ContactSends>();
  return {
    load: async (sessionId) => states.get(sessionId),
    async save(sessionId, state) {
      states.set(sessionId, state);
    },
    loadContact: async (sessionId, peer) => contacts.get(`${sessionId} ${peer}`) ?? [],
    async saveContact(sessionId, peer, sends) {
      contacts.set(`${sessionId} ${peer}`, sends);
    },
  };
}
