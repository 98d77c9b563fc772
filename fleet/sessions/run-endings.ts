import type { SessionStatus, StatusReason } from '../../shared/contracts/session-status.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { CloseReason } from '../whatsapp/whatsapp-client.ts';

/** Why a browser of ours ended: what it told us, or what we gave it up for. */
export type EndReason =
  | CloseReason
  | 'qr_expired'
  /** A profile that was linked asks for a QR code, and there is a copy of it from before. */
  | 'profile_unlinked'
  | 'page_unresponsive' | 'not_connected' | 'silent' | 'stalled' | 'probe_failed';

export type FinalStatus = readonly [SessionStatus, StatusReason];

const FINAL: Partial<Record<EndReason, FinalStatus>> = {
  logged_out: ['logged_out', 'logged_out'],
  banned: ['failed', 'banned'],
  qr_expired: ['failed', 'qr_expired'],
};

const TIMEOUTS: ReadonlySet<EndReason> = new Set(['start_timeout', 'unreachable', 'not_ready', 'page_unresponsive', 'not_connected', 'silent', 'stalled', 'probe_failed']);

/** For endings after which a browser must not come back by itself: what they are reported as. */
export const finalStatus = (reason: EndReason): FinalStatus | undefined => FINAL[reason];

/** Why a session is disconnected that will be started again. */
export const statusReason = (reason: EndReason): StatusReason => (TIMEOUTS.has(reason) ? 'timeout' : 'error');

/** Whether a session we take over was waiting for a person: it goes on waiting, else each move would ask for a QR again. */
export const waitsForPerson = ({ status, disconnectReason }: Session): boolean =>
  status === 'logged_out' || (status === 'failed' && (disconnectReason === 'qr_expired' || disconnectReason === 'banned'));
