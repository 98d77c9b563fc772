import type { Clock } from '../clock.ts';
import type { InstanceDirectory } from '../instances/instance-directory.ts';
import type { Assignments } from './assignments.ts';
import type { InstanceCalls } from './instance-calls.ts';
import { needsInstance } from './needs-instance.ts';
import { choosePlacement, whyNoRoom } from './placement.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface PlaceSessionDeps {
  readonly assignments: Pick<Assignments, 'assign'>;
  readonly sessions: Pick<Sessions, 'noteWaiting'>;
  readonly directory: Pick<InstanceDirectory, 'list'>;
  readonly calls: Pick<InstanceCalls, 'nudge'>;
  readonly clock: Clock;
}

export type PlaceSession = (session: Session) => Promise<Session>;

/**
 * Sees that somebody works on what was asked of a session: gives it to an instance if it has none and needs one, and
 * tells its owner to look. With no room anywhere it says so on the session. Safe to leave out or repeat: instances and the
 * reaper pick up what is unassigned.
 */
export function makePlaceSession({ assignments, sessions, directory, calls, clock }: PlaceSessionDeps): PlaceSession {
  /** As it was if someone else was quicker, or the instance has left since the directory was read: the reaper finds it. */
  const assign = async (session: Session, instanceId: string): Promise<Session> => {
    const assignment = await assignments.assign(session.id, instanceId, session.fencingToken);
    return assignment ? { ...session, instanceId, fencingToken: assignment.fencingToken } : session;
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
    if (chosen) return assign(session, chosen.id);
    return (await sessions.noteWaiting(session.id, whyNoRoom(instances, clock.now()))) ?? session;
  }
}
