import { KnownContacts } from '../../../fleet/sessions/known-contacts.ts';
import { WhatsAppRateLimiter, type WhatsAppRateLimiterOptions } from '../../../fleet/sessions/whatsapp-rate-limiter.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { DEFAULT_PACING_RULES } from '../builders/pacing-rules.ts';
import { memoryChats } from './memory-chats.ts';
import { memoryPacingStore } from './memory-pacing-store.ts';

/** The real limiter on tables in memory, with whatever the test cares about. */
export function aRateLimiter(sessionId: string, over: Partial<WhatsAppRateLimiterOptions> = {}): WhatsAppRateLimiter {
  const store = over.store ?? memoryPacingStore();
  return new WhatsAppRateLimiter({
    sessionId, store,
    contacts: new KnownContacts({ workspaceId: 'wsp_01J00000000000000000000000', sessionId, store, chats: memoryChats() }),
    rules: DEFAULT_PACING_RULES,
    quietHours: () => undefined,
    clock: systemClock,
    random: () => 0,
    warn: () => undefined,
    onNewChatsPaused: () => undefined,
    ...over,
  });
}
