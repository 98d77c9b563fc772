import type { Peers } from '../../../shared/domain/chats/chats.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { FindUsable } from '../../../shared/domain/outbox/recently-usable.ts';
import { requireUsable } from '../../../shared/domain/outbox/usable-session.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';

export interface ChooseSessionDeps {
  readonly sessions: Pick<Sessions, 'find' | 'findPrimary'>;
  readonly findUsable: FindUsable;
  readonly peers: Pick<Peers, 'lastSessionOf'>;
}

/**
 * The session a message leaves from: the one asked for, else the one that last talked to the peer, else the primary one.
 * Throws `session_not_found`, `session_not_usable` or `no_session`.
 */
export async function chooseSession(deps: ChooseSessionDeps, workspaceId: string, peer: string, sessionId: string | undefined): Promise<Session> {
  if (sessionId !== undefined) return deps.findUsable(workspaceId, sessionId);
  const session = (await lastUsed(deps, workspaceId, peer)) ?? (await deps.sessions.findPrimary(workspaceId));
  if (!session) throw noSession();
  return requireUsable(session);
}

/** `undefined` too when that session has been logged out or deleted since: then the primary one steps in. */
async function lastUsed({ sessions, peers }: ChooseSessionDeps, workspaceId: string, peer: string): Promise<Session | undefined> {
  const sessionId = await peers.lastSessionOf(workspaceId, peer);
  const session = sessionId === undefined ? undefined : await sessions.find(sessionId);
  return session?.desired === 'logged_out' || session?.desired === 'deleted' || session?.status === 'logged_out' ? undefined : session;
}

const noSession = (): DomainError =>
  new DomainError('invalid', 'no_session', 'This workspace has no session to send from. Create one and link it (POST /v1/sessions).', {
    fields: [{ path: 'sessionId', message: 'there is no session to send from' }],
  });
