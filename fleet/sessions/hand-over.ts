import type { Clock } from '../../shared/domain/clock.ts';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import { placedLoad } from '../../shared/domain/instances/placed-load.ts';
import type { Assignment, Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { InstanceCalls } from '../../shared/domain/sessions/instance-calls.ts';
import { needsInstance } from '../../shared/domain/sessions/needs-instance.ts';
import { choosePlacement } from '../../shared/domain/sessions/placement.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import type { Log } from '../observability/log.ts';

const ATTEMPTS = 3; // the one we chose may have begun to drain too

export interface HandOverDeps {
  readonly instanceId: string;
  readonly registry: Pick<InstanceRegistry, 'list'>;
  readonly assignments: Pick<Assignments, 'assign' | 'release'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly calls: Pick<InstanceCalls, 'nudge'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Gives one session of ours, closed here, to an instance that has room and tells it. `undefined`: nobody has room, and it
 * is left unassigned for whoever will have; or it is not ours any more.
 */
export type HandOver = (sessionId: string) => Promise<Assignment | undefined>;

export function makeHandOver({ instanceId, registry, assignments, sessions, calls, clock, log }: HandOverDeps): HandOver {
  const placed = placedLoad();

  const choose = async (session: Session) => {
    if (!needsInstance(session)) return undefined;
    return choosePlacement(session, placed.of(await registry.list()), { now: clock.now(), except: [instanceId] });
  };

  /** `'again'`: whom we chose takes no sessions any more, or the session changed hands. */
  const attempt = async (session: Session): Promise<Assignment | 'again' | undefined> => {
    const target = await choose(session);
    if (!target) {
      await assignments.release({ sessionId: session.id, instanceId, fencingToken: session.fencingToken });
      return undefined;
    }
    placed.note(target.id, session);
    return (await assignments.assign(session.id, target.id, session.fencingToken)) ?? 'again';
  };

  return async (sessionId) => {
    for (let n = 0; n < ATTEMPTS; n++) {
      const session = await sessions.find(sessionId);
      if (session?.instanceId !== instanceId) return undefined;
      const given = await attempt(session);
      if (given === 'again') continue;
      if (given) await calls.nudge({ id: sessionId, instanceId: given.instanceId }, 'session');
      log.info({ sessionId, to: given?.instanceId ?? null }, 'session given');
      return given;
    }
    return undefined; // it stays with us; whoever drains looks again
  };
}
