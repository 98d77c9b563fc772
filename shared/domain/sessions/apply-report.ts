import type { SessionStatus } from '../../contracts/session-status.ts';
import { canMoveSession } from './session-state.ts';
import type { Session } from './session.ts';
import type { SessionReport } from './sessions.ts';

const DOWN: readonly SessionStatus[] = ['disconnected', 'failed', 'logged_out'];

/**
 * The session after its owner reported on it. A status it cannot move to is left out, with what belongs to the status;
 * the rest of the report counts. Whether that happened, `canMoveSession` tells.
 */
export function applyReport(session: Session, report: SessionReport): Session {
  const observed = {
    phoneNumber: report.phoneNumber ?? session.phoneNumber,
    health: report.health ?? session.health,
    storage: report.storage === undefined ? session.storage : report.storage,
    lastActivityAt: report.lastActivityAt ?? session.lastActivityAt,
  };
  if (report.status === undefined || !canMoveSession(session.status, report.status)) return { ...session, ...observed };
  return { ...session, ...observed, status: report.status, ...whatFollows(session, report, report.status) };
}

type Followers = Partial<Pick<Session, 'disconnectedAt' | 'disconnectReason' | 'disconnectDetails' | 'lastConnectedAt'>>;

function whatFollows(before: Session, report: SessionReport, status: SessionStatus): Followers {
  const at = new Date(report.at).toISOString(); // one precision, so that times compare as text
  if (status === 'connected') {
    return { disconnectedAt: null, disconnectReason: null, disconnectDetails: null, lastConnectedAt: at };
  }
  if (!DOWN.includes(status)) return {};
  const downSince = DOWN.includes(before.status) ? before.disconnectedAt : null;
  return { disconnectedAt: downSince ?? at, disconnectReason: report.reason ?? null, disconnectDetails: report.details ?? null };
}
