import { DomainError } from '../errors.ts';
import type { Session } from '../sessions/session.ts';

/**
 * Throws `session_not_usable` for a session that can never send what is queued for it now. One that is only stopped or
 * disconnected can: its messages wait.
 */
export function requireUsable(session: Session): Session {
  const isGone = session.status === 'deleted' || session.desired === 'deleted';
  if (isGone) throw notUsable(`Session ${session.id} is deleted. Send from another session.`);
  const isUnlinked = session.status === 'logged_out' || session.desired === 'logged_out';
  if (isUnlinked) throw notUsable(`Session ${session.id} is logged out. Link it again (POST /v1/sessions/${session.id}/regenerate-qr), or send from another one.`);
  return session;
}

const notUsable = (message: string): DomainError => new DomainError('conflict', 'session_not_usable', message);
