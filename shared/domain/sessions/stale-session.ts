import type { SessionStatus } from '../../contracts/session-status.ts';
import type { Session } from './session.ts';
import type { SessionIntent } from './sessions.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Nobody stands before a QR code for so long. */
const QR_SHOWN_AT_MOST_MS = 30 * MINUTE_MS;
/** Ended by itself, and nobody has asked for it since. */
const KEPT_READY_MS = 24 * HOUR_MS;
const ENDED: readonly SessionStatus[] = ['failed', 'logged_out'];

/**
 * What to ask of a session that holds on to a browser or an instance for nobody; `undefined`: leave it alone. Its
 * snapshots stay, so a linked one needs no QR to come back.
 */
export function stopIfStale(session: Session, nowMs: number): SessionIntent | undefined {
  const { status, statusSince, desired, disconnectReason } = session;
  if (desired !== 'running' || statusSince === null) return undefined;
  const ageMs = nowMs - Date.parse(statusSince);
  const ifAsSeen = { status, statusSince, desired };
  if (status === 'qr_scanning' && ageMs >= QR_SHOWN_AT_MOST_MS) {
    const details = 'Nobody linked it within 30 minutes. Start it again for a new QR.';
    return { desired: 'stopped', because: { reason: 'qr_expired', details }, ifAsSeen };
  }
  if (ENDED.includes(status) && ageMs >= KEPT_READY_MS) {
    const details = `It was ${status} for 24 hours. Start it again when it is needed.`;
    return { desired: 'stopped', because: { reason: disconnectReason ?? 'timeout', details }, ifAsSeen };
  }
  return undefined;
}
