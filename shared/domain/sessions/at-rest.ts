import type { SessionStatus } from '../../contracts/session-status.ts';
import type { Session } from './session.ts';

const LIVE: readonly SessionStatus[] = ['starting', 'qr_scanning', 'authenticated', 'connected', 'action_required', 'hibernating'];

type Observed = Pick<Session, 'status' | 'statusSince' | 'disconnectedAt' | 'disconnectReason' | 'disconnectDetails'>;

/** How a session stands that shall not run and that nobody runs. No owner will report it: the last one may have died. */
export function atRest(session: Session, nowMs: number): Observed {
  const { status, statusSince, disconnectedAt, disconnectReason, disconnectDetails, desired, desiredBecause } = session;
  if (desired !== 'stopped' || !LIVE.includes(status)) return { status, statusSince, disconnectedAt, disconnectReason, disconnectDetails };
  const at = new Date(nowMs).toISOString();
  return {
    status: 'disconnected',
    statusSince: at,
    disconnectedAt: at,
    disconnectReason: desiredBecause?.reason ?? 'user_initiated',
    disconnectDetails: desiredBecause?.details ?? null,
  };
}
