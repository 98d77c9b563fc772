import type { Clock } from '../clock.ts';
import type { Instance } from '../instances/instance.ts';
import type { InstanceRegistry } from '../instances/instance-registry.ts';
import { placedLoad } from '../instances/placed-load.ts';
import type { SilenceWatch } from '../instances/silence-watch.ts';
import type { Assignment, Assignments } from './assignments.ts';
import type { InstanceCalls } from './instance-calls.ts';
import { needsInstance } from './needs-instance.ts';
import { choosePlacement, whyNoRoom } from './placement.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import { showWaiting } from './show-waiting.ts';

/** A lost instance is remembered until no index can still show an assignment to it late. */
const REMEMBER_LOST_MS = 60_000;
const AT_ONCE = 8;

export interface ReassignSessionsDeps {
  readonly registry: Pick<InstanceRegistry, 'list' | 'declareLost' | 'forget'>;
  readonly assignments: Assignments;
  readonly sessions: Pick<Sessions, 'find' | 'noteWaiting'>;
  readonly calls: Pick<InstanceCalls, 'nudge'>;
  /** Kept from one look to the next: whoever has just begun to look takes nothing from anybody for the length of a lease. */
  readonly silence: SilenceWatch;
  readonly clock: Clock;
}

export interface Reassignment {
  /** Instances we declared lost, this time. */
  readonly lost: readonly string[];
  readonly moved: readonly Assignment[];
  /** Sessions that nobody has room for; they wait for the next look. */
  readonly waiting: number;
}

export type ReassignSessions = () => Promise<Reassignment>;

/**
 * The reaper: ends expired leases, moves the sessions of lost instances, and finds an owner for those without one.
 * Instances and the schedule run it at the same time; of each step exactly one wins, and the others lose nothing.
 */
export function makeReassignSessions({ registry, assignments, sessions, calls, silence, clock }: ReassignSessionsDeps): ReassignSessions {
  const placed = placedLoad();

  return async () => {
    const instances = await registry.list();
    silence.look(instances);
    const declared = await declareLost(instances);
    const gone = instances.filter(({ state, id }) => state === 'lost' || declared.includes(id));
    const fleet = instances.filter((instance) => !gone.includes(instance));

    const stranded = (await Promise.all(gone.map(({ id }) => assignments.listOf(id)))).flat();
    const outcomes = await inParts([...stranded, ...(await assignments.listUnassigned())], placer(fleet, gone));
    await Promise.all(gone.map((instance) => forgetIfEmpty(instance, stranded)));
    const moved = outcomes.filter((outcome) => outcome !== 'waiting' && outcome !== undefined);
    return { lost: declared, moved, waiting: outcomes.filter((outcome) => outcome === 'waiting').length };
  };

  async function declareLost(instances: readonly Instance[]): Promise<string[]> {
    const expired = instances.filter((instance) => silence.isOver(instance));
    const outcomes = await Promise.all(expired.map(async (instance) => ((await registry.declareLost(instance)) ? instance.id : undefined)));
    return outcomes.filter((id) => id !== undefined);
  }

  function placer(fleet: readonly Instance[], gone: readonly Instance[]) {
    const goneIds = new Set(gone.map(({ id }) => id));

    const choose = (session: Session) => choosePlacement(session, placed.of(fleet), { now: clock.now(), preferred: session.previousInstanceId });

    return async (listed: Session): Promise<Assignment | 'waiting' | undefined> => {
      const { id } = listed;
      const why = whyNoRoom(fleet, clock.now());
      if (!choose(listed) && isShownWaiting(listed, why)) return 'waiting'; // costs nothing, however many wait however long
      const session = await sessions.find(id); // the list may lag behind
      if (!session || (session.instanceId !== null && !goneIds.has(session.instanceId))) return undefined;
      if (!needsInstance(session)) return rest(session);
      const chosen = choose(session);
      if (!chosen) return wait(session, why);
      placed.note(chosen.id, session);
      const assignment = await assignments.assign(id, chosen.id, session.fencingToken);
      if (assignment) await calls.nudge({ id, instanceId: chosen.id }, 'session');
      return assignment;
    };
  }

  /** Freed of a lost instance, so that it counts among the unassigned: the fleet's size follows those. */
  async function wait(session: Session, why: string): Promise<'waiting'> {
    await rest(session);
    if (!isShownWaiting({ ...session, instanceId: null }, why)) await sessions.noteWaiting(session.id, why);
    return 'waiting';
  }

  /** Nothing is wanted of it: it needs no new owner, only to be rid of the lost one. */
  async function rest({ id, instanceId, fencingToken }: Session): Promise<undefined> {
    if (instanceId !== null) await assignments.release({ sessionId: id, instanceId, fencingToken });
    return undefined;
  }

  async function forgetIfEmpty(instance: Instance, stranded: readonly Session[]): Promise<void> {
    const isEmpty = !stranded.some(({ instanceId }) => instanceId === instance.id);
    if (isEmpty && instance.state === 'lost' && silence.unchangedForMs(instance) >= REMEMBER_LOST_MS) await registry.forget(instance.id);
  }
}

const isShownWaiting = (session: Session, why: string): boolean => session.instanceId === null && showWaiting(session, why, '') === undefined;

async function inParts<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}
