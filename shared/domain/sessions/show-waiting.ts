import type { SessionStatus } from '../../contracts/session-status.ts';
import { needsInstance } from './needs-instance.ts';
import type { Session } from './session.ts';

/** What a person has to act on stays to be seen, room or no room; and who sleeps does not wait. */
const STAYS: readonly SessionStatus[] = ['failed', 'logged_out', 'hibernating'];

/**
 * A session that wants to run and that no instance has room for, as it is shown meanwhile: `starting`, with the reason.
 * `undefined`: it is shown so already, or is not such a session (any more).
 */
export function showWaiting(session: Session, why: string, at: string): Session | undefined {
  const { instanceId, desired, status, health } = session;
  if (instanceId !== null || desired !== 'running' || !needsInstance(session)) return undefined;
  const shown = STAYS.includes(status) ? status : 'starting';
  if (shown === status && health.detail === why) return undefined;
  const statusSince = shown === status ? session.statusSince : at;
  return { ...session, status: shown, statusSince, health: { ...health, state: 'unknown', detail: why, checkedAt: at } };
}
