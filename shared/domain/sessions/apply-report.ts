import type { SessionStatus } from '../../contracts/session-status.ts';
import { deletedAt } from './deletion.ts';
import { canMoveSession } from './session-state.ts';
import type { Session } from './session.ts';
import type { SessionReport } from './sessions.ts';

const DOWN: readonly SessionStatus[] = ['disconnected', 'failed', 'logged_out'];

/** Whether a newer batch has reported on the session already: then `sequence` was delivered again, and tells of the past. */
export const isOutOfDate = ({ reportedBy }: Pick<Session, 'reportedBy'>, sequence: string | undefined): boolean =>
  sequence !== undefined && reportedBy !== null && sequence < reportedBy;

/**
 * The session after its owner reported on it. A status it cannot move to is left out, with what belongs to the status;
 * the rest of the report counts. Whether that happened, `canMoveSession` tells.
 */
export function applyReport(session: Session, report: SessionReport): Session {
  if (isOutOfDate(session, report.by)) return session;
  const observed = {
    phoneNumber: report.phoneNumber ?? session.phoneNumber,
    health: report.health ?? session.health,
    storage: report.storage === undefined ? session.storage : report.storage,
    relinksDone: report.relinksDone ?? session.relinksDone,
    lastActivityAt: report.lastActivityAt ?? session.lastActivityAt,
    reportedBy: report.by ?? session.reportedBy,
  };
  if (report.status === undefined || !canMoveSession(session.status, report.status)) return { ...session, ...observed };
  const statusSince = report.status === session.status ? session.statusSince : atOf(report);
  return { ...session, ...observed, status: report.status, statusSince, ...whatFollows(session, report, report.status) };
}

type Followers = Partial<
  Pick<Session, 'disconnectedAt' | 'disconnectReason' | 'disconnectDetails' | 'lastConnectedAt' | 'deletedAt' | 'purgeAfter'>
>;

const atOf = ({ at }: SessionReport): string => new Date(at).toISOString(); // one precision, so that times compare as text

function whatFollows(before: Session, report: SessionReport, status: SessionStatus): Followers {
  const at = atOf(report);
  const why = { disconnectReason: report.reason ?? null, disconnectDetails: report.details ?? null };
  if (status === 'connected') {
    return { disconnectedAt: null, disconnectReason: null, disconnectDetails: null, lastConnectedAt: at };
  }
  if (status === 'deleted') return { ...deletedAt(Date.parse(at)), ...why };
  if (!DOWN.includes(status)) return {};
  const downSince = DOWN.includes(before.status) ? before.disconnectedAt : null;
  return { disconnectedAt: downSince ?? at, ...why };
}
