import type { SessionStatus } from '../../contracts/session-status.ts';
import type { Session } from '../sessions/session.ts';
import { scoreOf, type Outcomes } from './outcomes.ts';
import type { SendingPolicy } from './sending-policy.ts';

export interface NumberHealth {
  readonly isUp: boolean;
  readonly score: number;
  /** Why it is down, for people. */
  readonly reason: string | null;
}

const UP: readonly SessionStatus[] = ['connected', 'hibernating']; // it wakes to send
/** On its way: a takeover or a deployment takes seconds. */
const COMING: readonly SessionStatus[] = ['starting', 'authenticated', 'disconnected'];

/** Whether a number may be expected to send now. @param now Unix ms */
export function healthOf(session: Session, outcomes: Outcomes, { minScore, afterSeconds }: SendingPolicy['failover'], now: number): NumberHealth {
  const score = scoreOf(outcomes);
  const reason = whyDown(session, afterSeconds, now) ?? (score < minScore ? 'too many of its messages failed lately' : null);
  return { isUp: reason === null, score, reason };
}

function whyDown({ desired, status, statusSince, disconnectedAt }: Session, afterSeconds: number, now: number): string | null {
  if (desired !== 'running') return `it is to be ${desired === 'logged_out' ? 'logged out' : desired}`;
  if (UP.includes(status)) return null;
  const since = disconnectedAt ?? statusSince;
  const downMs = since === null ? Infinity : now - Date.parse(since);
  if (COMING.includes(status) && downMs < afterSeconds * 1_000) return null;
  return `it is ${status.replace('_', ' ')}`;
}
