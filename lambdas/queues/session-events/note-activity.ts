import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';

const GOOD_FOR_MS = 60_000;
const MOST_REMEMBERED = 5_000;

/**
 * Notes that a session is active and tells its own number. Both at most once a minute and session: neither is worth a
 * write or a read for each batch.
 */
export function makeNoteActivity(sessions: Pick<Sessions, 'find' | 'report'>, clock: Clock) {
  const known = new Map<string, { readonly phoneNumber: string | null; readonly until: number }>();

  return async ({ sessionId, fencingToken }: SessionEventBatch): Promise<string | null> => {
    const now = clock.now();
    const before = known.get(sessionId);
    if (before && before.until > now) return before.phoneNumber;
    const at = new Date(now).toISOString();
    const reported = await sessions.report(sessionId, fencingToken, { at, lastActivityAt: at });
    const session = reported ?? (await sessions.find(sessionId)); // the sender may have lost the session meanwhile
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(sessionId, { phoneNumber: session?.phoneNumber ?? null, until: now + GOOD_FOR_MS });
    return session?.phoneNumber ?? null;
  };
}
