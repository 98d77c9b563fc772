import type { DesiredStatus, SessionStatus } from '../../contracts/session-status.ts';
import { DomainError } from '../errors.ts';
import type { Session } from './session.ts';
import type { SessionIntent } from './sessions.ts';

/**
 * The session once a user's wish is noted. A deletion is final: what is asked for afterwards is refused, and a session
 * that no instance ever ran is deleted at once, as there is nothing to wipe.
 */
export function applyIntent(session: Session, intent: SessionIntent): Session {
  if (session.desired === 'deleted' && intent.desired !== 'deleted') throw beingDeleted(session.id);
  const desired = intent.desired ?? session.desired;
  return {
    ...session,
    ...whileNobodyHasIt(session, desired),
    desired,
    requests: {
      restarts: session.requests.restarts + (intent.restart || startsAnew(session, intent) ? 1 : 0),
      relinks: session.requests.relinks + (intent.relink ? 1 : 0),
      pairings: session.requests.pairings + (intent.pairingPhoneNumber === undefined ? 0 : 1),
      pairingPhoneNumber: intent.pairingPhoneNumber ?? session.requests.pairingPhoneNumber,
    },
  };
}

/** No instance will report what comes of the wish, so it shows at once. */
function whileNobodyHasIt(session: Session, desired: DesiredStatus): Partial<Session> {
  if (session.instanceId !== null) return {};
  if (desired === 'deleted' && hasNeverRun(session)) return { status: 'deleted' };
  if (desired !== 'stopped') return {};
  const health = { ...session.health, detail: null }; // it waits for room no more
  return session.status === 'starting' ? { status: 'disconnected', disconnectReason: 'user_initiated', health } : { health };
}

const ENDED: readonly SessionStatus[] = ['failed', 'logged_out'];

/** It was wanted all along and has ended by itself: only a counter that grows tells the instance to try again. */
const startsAnew = (session: Session, intent: SessionIntent): boolean =>
  intent.desired === 'running' && session.desired === 'running' && ENDED.includes(session.status);

const hasNeverRun = ({ fencingToken }: Session): boolean => fencingToken === 0;

const beingDeleted = (id: string): DomainError =>
  new DomainError('conflict', 'session_being_deleted', `Session ${id} is being deleted. Create a new one.`);
