import type { Clock } from '../clock.ts';
import type { InstanceDirectory } from '../instances/instance-directory.ts';
import type { InstanceRegistry } from '../instances/instance-registry.ts';
import type { Assignments } from './assignments.ts';
import type { InstanceCalls } from './instance-calls.ts';
import { needsInstance } from './needs-instance.ts';
import { choosePlacement, whyNoRoom } from './placement.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface PlaceSessionDeps {
  readonly assignments: Pick<Assignments, 'assign' | 'release'>;
  readonly sessions: Pick<Sessions, 'noteWaiting'>;
  readonly directory: Pick<InstanceDirectory, 'list'>;
  readonly registry: Pick<InstanceRegistry, 'find'>;
  readonly calls: Pick<InstanceCalls, 'nudge'>;
  readonly clock: Clock;
}

export type PlaceSession = (session: Session) => Promise<Session>;

/**
 * Sees that somebody works on what was asked of a session: gives it to an instance if it has none and needs one, and
 * tells its owner to look. With no room anywhere it says so on the session. Safe to leave out or repeat: instances and the
 * reaper pick up what is unassigned.
 */
export function makePlaceSession({ assignments, sessions, directory, registry, calls, clock }: PlaceSessionDeps): PlaceSession {
  /** The directory may be two seconds old. A session given to an instance that has left meanwhile is taken back. */
  const assignSafely = async (session: Session, instanceId: string): Promise<Session> => {
    const assignment = await assignments.assign(session.id, instanceId, session.fencingToken);
    if (!assignment) return session; // someone else was quicker
    const owner = await registry.find(instanceId);
    if (owner && owner.state !== 'lost') return { ...session, instanceId, fencingToken: assignment.fencingToken };
    await assignments.release(assignment);
    return session;
  };

  return async (session) => {
    if (session.instanceId === null && !needsInstance(session)) return session;
    const placed = session.instanceId === null ? await placeSomewhere(session) : session;
    await calls.nudge(placed, 'session');
    return placed;
  };

  async function placeSomewhere(session: Session): Promise<Session> {
    const instances = await directory.list();
    const chosen = choosePlacement(session, instances, { now: clock.now(), preferred: session.previousInstanceId });
    if (chosen) return assignSafely(session, chosen.id);
    return (await sessions.noteWaiting(session.id, whyNoRoom(instances, clock.now()))) ?? session;
  }
}
