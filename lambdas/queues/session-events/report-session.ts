import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { SessionStatus } from '../../../shared/contracts/session-status.ts';
import { isOutOfDate } from '../../../shared/domain/sessions/apply-report.ts';
import { canMoveSession } from '../../../shared/domain/sessions/session-state.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { sessionEvent } from './public-events.ts';

export type ReportingSessions = Pick<Sessions, 'find' | 'report' | 'saveQr' | 'savePairingCode' | 'clearLinking'>;
type Of<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

/** Linked, or given up: QR and pairing code are of no use any more. */
const ENDS_LINKING: readonly SessionStatus[] = ['authenticated', 'connected', 'disconnected', 'failed', 'logged_out', 'deleted'];

/** Writes what the session reports about itself, in order, as far as its sender still owns it. */
export async function reportSession(sessions: ReportingSessions, batch: SessionEventBatch, isRepeat: boolean): Promise<PublicEvent[]> {
  const published: PublicEvent[] = [];
  for (const [place, event] of batch.events.entries()) {
    published.push(...(await reportOne(sessions, batch, { event, place, isRepeat })));
  }
  return published;
}

interface Reported<T extends SessionEvent = SessionEvent> {
  readonly event: T;
  readonly place: number;
  readonly isRepeat: boolean;
}

async function reportOne(sessions: ReportingSessions, batch: SessionEventBatch, { event, place, isRepeat }: Reported): Promise<PublicEvent[]> {
  const { sessionId, fencingToken } = batch;
  switch (event.type) {
    case 'session.status':
      return reportStatus(sessions, batch, { event, place, isRepeat });
    case 'session.qr':
      return saveQr(sessions, batch, event, place);
    case 'session.pairing_code': {
      const { code, phoneNumber, expiresAt } = event;
      if (await isLatest(sessions, batch)) await sessions.savePairingCode(sessionId, { code, phoneNumber, expiresAt });
      return [];
    }
    case 'session.health':
      await sessions.report(sessionId, fencingToken, { by: batch.sequence, at: event.at, health: event.health });
      return [];
    case 'session.warning': {
      const { at, source, code, detail } = event;
      return [sessionEvent('session.warning', batch, { at, place, data: { source, code, detail } })];
    }
    case 'session.storage': {
      const { at, path, bytes, verifiedAt } = event;
      await sessions.report(sessionId, fencingToken, { by: batch.sequence, at, storage: { path, bytes, verifiedAt } });
      return [];
    }
    case 'session.wiped':
      await sessions.report(sessionId, fencingToken, { by: batch.sequence, at: event.at, storage: null, relinksDone: event.relinks });
      return [];
    default:
      return []; // messages have their own steps
  }
}

/**
 * On a repeated delivery the session may stand beyond this status because we moved it there, and died before telling;
 * the event's id is the same, so telling twice does no harm.
 */
async function reportStatus(sessions: ReportingSessions, batch: SessionEventBatch, reported: Reported<Of<'session.status'>>): Promise<PublicEvent[]> {
  const { at, status, reason, details, phoneNumber } = reported.event;
  const before = await sessions.report(batch.sessionId, batch.fencingToken, { by: batch.sequence, at, status, reason, details, phoneNumber });
  if (!before || !(reported.isRepeat || canMoveSession(before.status, status))) return [];
  if (!isOutOfDate(before, batch.sequence) && ENDS_LINKING.includes(status)) await sessions.clearLinking(batch.sessionId);
  const data = { status, reason, details, phoneNumber: phoneNumber ?? before.phoneNumber };
  return [sessionEvent('session.status', batch, { at, place: reported.place, data })];
}

async function saveQr(sessions: ReportingSessions, batch: SessionEventBatch, event: Of<'session.qr'>, place: number): Promise<PublicEvent[]> {
  if (!(await isLatest(sessions, batch))) return [];
  const { qr, expiresAt, attempt } = event;
  await sessions.saveQr(batch.sessionId, { qr, expiresAt, attempt });
  return [sessionEvent('session.qr', batch, { at: event.at, place, data: { qr, expiresAt, attempt } })];
}

/** Whether the sender still owns the session, and has not told anything newer. */
async function isLatest(sessions: ReportingSessions, { sessionId, fencingToken, sequence }: SessionEventBatch): Promise<boolean> {
  const session = await sessions.find(sessionId);
  return session?.fencingToken === fencingToken && !isOutOfDate(session, sequence);
}
