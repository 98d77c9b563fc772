import type { SessionStatus } from '../../contracts/session-status.ts';

const ENDS: readonly SessionStatus[] = ['logged_out', 'deleted'];
/** What may be observed at any time: a browser can die, a phone can unlink us, whatever we were doing. */
const ANYTIME: readonly SessionStatus[] = ['starting', 'disconnected', 'action_required', 'failed', ...ENDS];

/** Where a session may go from where. `starting` is always possible: a takeover begins there, whatever came before. */
const NEXT: Readonly<Record<SessionStatus, readonly SessionStatus[]>> = {
  created: ANYTIME,
  starting: ['qr_scanning', 'authenticated', 'connected', ...ANYTIME],
  qr_scanning: ['authenticated', 'connected', ...ANYTIME],
  authenticated: ['connected', ...ANYTIME],
  connected: ['hibernating', ...ANYTIME],
  disconnected: ['connected', 'authenticated', 'qr_scanning', 'hibernating', ...ANYTIME],
  action_required: ['connected', 'authenticated', 'qr_scanning', ...ANYTIME],
  hibernating: ANYTIME,
  failed: ANYTIME,
  logged_out: ['starting', 'deleted'],
  deleted: [],
};

/** A status may always be reported again, with another reason. */
export const canMoveSession = (from: SessionStatus, to: SessionStatus): boolean => from === to || NEXT[from].includes(to);
