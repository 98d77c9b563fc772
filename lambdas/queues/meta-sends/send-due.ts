import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import type { SenderLease, SenderLeases, SenderState } from '../../../shared/domain/meta/sender-leases.ts';
import type { HeldMessages } from '../../../shared/domain/outbox/held-messages.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Passed, SendPass, Turn } from './send-pass.ts';
import type { SettleHeld } from './settle-held.ts';

export interface SendDueDeps {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly accounts: Pick<MetaAccounts, 'get'>;
  readonly leases: SenderLeases;
  readonly held: Pick<HeldMessages, 'nextDueAt'>;
  readonly settleHeld: SettleHeld;
  readonly sendPass: SendPass;
  readonly enqueue: EnqueueJobs<MetaSendJob>;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Longer than the function may run: while it lives, nobody else sends for the number. */
const LEASE_MS = 100_000;
/** No batch is begun after that; the next job goes on. */
const RUN_MS = 20_000;
const INDEX_LAG_MS = 250; // what was just written may not be in the index yet
const SETTLE_EVERY_MS = 10_000;
/** A wait this short is sat out. */
const SHORT_WAIT_MS = 2_000;
/** Beyond, the schedule `requeue-work` finds it. */
const LONGEST_DELAY_MS = 900_000;
/** By then the session shows what was reported of the trouble. */
const TROUBLE_TOLD_MS = 30_000;

/** Sends what is due for one number, if nobody else is at it, until nothing is left or its time is up. */
export const makeSendDue = (deps: SendDueDeps) =>
  async (sessionId: string): Promise<void> => {
    const session = await deps.sessions.find(sessionId);
    if (!session || !maySend(session)) return;
    const access = await deps.accounts.get(sessionId);
    const lease = await deps.leases.acquire(sessionId, LEASE_MS);
    if (!lease) return;
    await run(deps, { session, access, lease, seen: new Set() });
  };

const maySend = ({ provider, desired, status }: Session): boolean =>
  provider === 'meta' && desired === 'running' && (status === 'connected' || status === 'action_required');

async function run(deps: SendDueDeps, turn: Turn): Promise<void> {
  const endAt = deps.clock.now() + RUN_MS;
  let { lease } = turn;
  let againAt: number | undefined;
  try {
    lease = { ...lease, state: await settleSometimes(deps, turn.session, withoutOldTrouble(lease.state, turn.session, deps.clock)) };
    for (let isDone = false; !isDone; ) {
      const idle = await sendUntilIdle(deps, { ...turn, lease }, endAt);
      lease = { ...lease, state: idle.state };
      againAt = idle.againAt ?? againAt;
      if (deps.clock.now() >= endAt) return await goOnLater(deps, lease);
      const released = await deps.leases.release(lease);
      isDone = released.outcome !== 'look-again';
      if (released.outcome === 'look-again') ({ lease } = released);
    }
  } catch (error) {
    await deps.leases.handBack(lease).catch(() => undefined); // it runs out by itself
    throw error;
  }
  await comeBack(deps, lease, againAt);
}

/** Whoever put the number right need not wait: it is shown as connected again. */
function withoutOldTrouble(state: SenderState, { status }: Session, { now }: Clock): SenderState {
  const isOld = state.troubledAt !== null && now() - state.troubledAt > TROUBLE_TOLD_MS;
  return isOld && status === 'connected' ? { ...state, holdUntil: null, troubledAt: null } : state;
}

async function settleSometimes({ settleHeld, clock }: SendDueDeps, session: Session, state: SenderState): Promise<SenderState> {
  const now = clock.now();
  if (now - (state.tidiedAt ?? 0) < SETTLE_EVERY_MS) return state;
  await settleHeld(session);
  return { ...state, tidiedAt: now };
}

/** Idle: two looks in a row, with the index's lag between, found nothing. */
async function sendUntilIdle(deps: SendDueDeps, turn: Turn, endAt: number): Promise<Pick<Passed, 'state' | 'againAt'>> {
  let { session, lease: { state } } = turn;
  let againAt: number | undefined;
  for (let idle = 0; idle < 2 && deps.clock.now() < endAt; ) {
    const passed = await deps.sendPass({ ...turn, session, lease: { ...turn.lease, state } });
    ({ state } = passed);
    againAt = passed.againAt ?? againAt;
    if (passed.hasSent) session = { ...session, status: 'connected' };
    const waitMs = Math.max(0, (state.holdUntil ?? 0) - deps.clock.now());
    if (waitMs > SHORT_WAIT_MS) break;
    idle = passed.claimed > 0 || waitMs > 0 ? 0 : idle + 1;
    if (waitMs > 0 || idle === 1) await deps.pause(Math.max(waitMs, INDEX_LAG_MS));
  }
  return { state, againAt };
}

async function goOnLater({ leases, enqueue }: SendDueDeps, lease: SenderLease): Promise<void> {
  await leases.handBack(lease);
  await enqueue([jobOf(lease.sessionId)]);
}

/** When the number may send again, or else when the next message is due. */
async function comeBack({ held, enqueue, clock }: SendDueDeps, { sessionId, state }: SenderLease, againAt: number | undefined): Promise<void> {
  const now = clock.now();
  const isAhead = (at: number | null | undefined): at is number => typeof at === 'number' && at > now;
  const dueAts = [againAt, await held.nextDueAt(sessionId)].filter(isAhead);
  const at = isAhead(state.holdUntil) ? state.holdUntil : Math.min(...dueAts);
  if (at - now <= LONGEST_DELAY_MS) await enqueue([jobOf(sessionId)], { delaySeconds: (at - now) / 1_000 });
}

const jobOf = (sessionId: string): MetaSendJob => ({ v: 1, kind: 'send', sessionId });
