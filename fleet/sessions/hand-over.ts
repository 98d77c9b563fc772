import pLimit from 'p-limit';
import type { Clock } from '../../shared/domain/clock.ts';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import type { Assignment, Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { InstanceCalls } from '../../shared/domain/sessions/instance-calls.ts';
import { needsInstance } from '../../shared/domain/sessions/needs-instance.ts';
import { choosePlacement } from '../../shared/domain/sessions/placement.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import type { Log } from '../observability/log.ts';
import type { SessionPool } from './session-pool.ts';

const AT_ONCE = 4;
/** Others may still be giving us sessions, chosen before they saw that we drain. */
const LATECOMERS_MS = 1_500;

export interface HandOverDeps {
  readonly instanceId: string;
  readonly registry: Pick<InstanceRegistry, 'list' | 'find'>;
  readonly assignments: Pick<Assignments, 'assign' | 'release' | 'listOf'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly calls: Pick<InstanceCalls, 'nudge'>;
  readonly pool: SessionPool;
  readonly clock: Clock;
  readonly log: Log;
}

export interface HandOver {
  /** Gives one session, closed here, to an instance that has room; leaves it unassigned when there is none. */
  passOn(session: Session): Promise<void>;
  /** Closes all sessions in order and passes them on. Returns when none is assigned to us any more. */
  passOnAll(): Promise<void>;
}

export function handOver({ instanceId, registry, assignments, sessions, calls, pool, clock, log }: HandOverDeps): HandOver {
  const give = async (session: Session, target: string): Promise<Assignment | undefined> => {
    const assignment = await assignments.assign(session.id, target, session.fencingToken);
    if (!assignment) return undefined; // somebody else was quicker
    const owner = await registry.find(target);
    if (owner && owner.state !== 'lost') return assignment;
    await assignments.release(assignment); // it left meanwhile, and would never be missed
    return undefined;
  };

  const passOn = async (session: Session): Promise<void> => {
    const target = needsInstance(session) ? choosePlacement(session, await registry.list(), { now: clock.now(), except: [instanceId] }) : undefined;
    if (!target) {
      await assignments.release({ sessionId: session.id, instanceId, fencingToken: session.fencingToken });
      return;
    }
    const given = await give(session, target.id);
    if (given) await calls.nudge({ id: session.id, instanceId: target.id }, 'session');
    log.info({ sessionId: session.id, to: target.id, given: given !== undefined }, 'session handed over');
  };

  const closeAndPassOn = async (sessionId: string): Promise<void> => {
    await pool.find(sessionId)?.handOver();
    const session = await sessions.find(sessionId);
    if (session?.instanceId === instanceId) await passOn(session);
  };

  const passOnEach = async (ids: readonly string[]): Promise<void> => {
    const limit = pLimit(AT_ONCE);
    await Promise.all(ids.map((id) => limit(closeAndPassOn, id).catch((error: unknown) => log.warn({ sessionId: id, err: error }, 'session not handed over'))));
  };

  return {
    passOn,
    async passOnAll() {
      await passOnEach(pool.ids);
      await new Promise((resolve) => { setTimeout(resolve, LATECOMERS_MS); });
      await passOnEach((await assignments.listOf(instanceId)).map(({ id }) => id));
    },
  };
}
