import type { Clock } from '../../../shared/domain/clock.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';

const GOOD_FOR_MS = 60_000;
const MOST_REMEMBERED = 5_000;

/** Says whether a session is of a workspace, and remembers for a minute that it is: not worth a read for each batch. */
export function makeIsSessionOf(sessions: Pick<Sessions, 'find'>, clock: Clock) {
  const known = new Map<string, { readonly workspaceId: string; readonly until: number }>();

  return async (sessionId: string, workspaceId: string): Promise<boolean> => {
    const now = clock.now();
    const before = known.get(sessionId);
    if (before && before.until > now) return before.workspaceId === workspaceId;
    const session = await sessions.find(sessionId);
    if (!session) return false;
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(sessionId, { workspaceId: session.workspaceId, until: now + GOOD_FOR_MS });
    return session.workspaceId === workspaceId;
  };
}
