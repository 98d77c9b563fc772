import type { SessionStatus, StatusReason } from '../../shared/contracts/session-status.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { EndReason } from './browser-run.ts';

export type FinalStatus = readonly [SessionStatus, StatusReason];

const FINAL: Partial<Record<EndReason, FinalStatus>> = {
  logged_out: ['logged_out', 'logged_out'],
  banned: ['failed', 'banned'],
  qr_expired: ['failed', 'qr_expired'],
};

/** For endings after which a browser must not come back by itself: what they are reported as. */
export const finalStatus = (reason: EndReason): FinalStatus | undefined => FINAL[reason];

/** Why a session is disconnected that will be started again. */
export const statusReason = (reason: EndReason): StatusReason => (reason === 'start_timeout' ? 'timeout' : 'error');

/** Whether a session we take over was waiting for a person: it goes on waiting, else each move would ask for a QR again. */
export const waitsForPerson = ({ status, disconnectReason }: Session): boolean =>
  status === 'logged_out' || (status === 'failed' && (disconnectReason === 'qr_expired' || disconnectReason === 'banned'));
