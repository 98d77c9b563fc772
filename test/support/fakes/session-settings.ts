import type { SessionServices } from '../../../fleet/sessions/session-context.ts';
import { DEFAULT_PACING_RULES } from '../builders/pacing-rules.ts';
import { memoryChats } from './memory-chats.ts';

/** What sessions need that most tests do not care about: the settings as they are by default, and chats nobody wrote in. */
export const sessionSettings = (): Pick<SessionServices, 'pacingRules' | 'chats' | 'healthSettings'> => ({
  pacingRules: DEFAULT_PACING_RULES,
  chats: memoryChats(),
  healthSettings: { checkMs: 120_000, silentAfterMs: 90_000, stepMs: 60_000, selfProbe: false },
});
