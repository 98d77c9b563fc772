import type { SessionStatus } from '../../contracts/session-status.ts';
import { DomainError } from '../errors.ts';
import { atRest } from './at-rest.ts';
import { deletedAt } from './deletion.ts';
import type { Session } from './session.ts';
import type { SessionIntent } from './sessions.ts';

/**
 * The session once a wish is noted. A deletion is final: what is asked for afterwards is refused, and a session that no
 * instance ever ran is deleted at once, as there is nothing to wipe.
 */
export function applyIntent(session: Session, intent: SessionIntent, nowMs: number): Session {
  if (!isAsSeen(session, intent)) return session;
  if (session.desired === 'deleted' && intent.desired !== 'deleted') throw beingDeleted(session.id);
  const startsAnew = intent.desired === 'running' && NEEDS_A_PUSH.includes(session.status);
  const wanted = {
    ...session,
    desired: intent.desired ?? session.desired,
    desiredBecause: intent.desired === undefined ? session.desiredBecause : (intent.because ?? null),
    requests: {
      restarts: session.requests.restarts + (intent.restart || startsAnew ? 1 : 0),
      relinks: session.requests.relinks + (intent.relink ? 1 : 0),
      pairings: session.requests.pairings + (intent.pairingPhoneNumber === undefined ? 0 : 1),
      pairingPhoneNumber: intent.pairingPhoneNumber ?? session.requests.pairingPhoneNumber,
    },
  };
  if (startsAnew) return { ...wanted, status: 'starting', statusSince: new Date(nowMs).toISOString() };
  return { ...wanted, ...withoutOwner(wanted, nowMs) };
}

/**
 * Their owner leaves them alone: they ended by themselves, or hibernate. A counter that grows tells it to start them, and
 * the status tells the next owner, if the session moves before that.
 */
const NEEDS_A_PUSH: readonly SessionStatus[] = ['failed', 'logged_out', 'hibernating'];

function isAsSeen(session: Session, { ifAsSeen: seen }: SessionIntent): boolean {
  return !seen || (session.status === seen.status && session.statusSince === seen.statusSince && session.desired === seen.desired);
}

/** What no owner will report, because there is none. */
function withoutOwner(wanted: Session, nowMs: number): Partial<Session> {
  if (wanted.instanceId !== null) return {};
  const hasNeverRun = wanted.fencingToken === 0;
  if (wanted.desired === 'deleted' && hasNeverRun) return deletedAt(nowMs);
  const health = wanted.desired === 'stopped' ? { ...wanted.health, detail: null } : wanted.health; // it waits for room no more
  return { ...atRest(wanted, nowMs), health };
}

const beingDeleted = (id: string): DomainError =>
  new DomainError('conflict', 'session_being_deleted', `Session ${id} is being deleted. Create a new one.`);
