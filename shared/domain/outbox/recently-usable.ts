import type { Clock } from '../clock.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { requireUsable } from './usable-session.ts';

const KNOWN_FOR_MS = 250;
const MOST_KNOWN = 1_000;

/** The session if it can send. Throws `session_not_found` or `session_not_usable`. */
export type FindUsable = (workspaceId: string, sessionId: string) => Promise<Session>;

/**
 * Reads a session at most four times a second, whoever asks: messages come in bursts from few sessions, and the read
 * costs as much as the message. A message taken just after a logout waits in the outbox, as one taken just before does;
 * a nudge to an owner of a moment ago is lost, which the next look at the outbox makes good. Refusals are never kept.
 */
export function recentlyUsable(sessions: Pick<Sessions, 'get'>, clock: Clock): FindUsable {
  const known = new Map<string, { readonly session: Session; readonly until: number }>();
  return async (workspaceId, sessionId) => {
    const key = `${workspaceId}|${sessionId}`;
    const before = known.get(key);
    if (before && before.until > clock.now()) return before.session;
    const until = clock.now() + KNOWN_FOR_MS; // from before the read: that is how old it may be
    const session = requireUsable(await sessions.get(workspaceId, sessionId));
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, { session, until });
    return session;
  };
}
