import type { Instance } from './instance.ts';
import type { TaskServiceState } from './task-service.ts';

/** A full instance cannot take over from another one, and new sessions should not wait for a task to start. */
const FILL = 0.8;
/** Of a task's memory; what is above is for peaks and for browsers that start. */
const MEMORY_FILL = 0.85;
/** With fewer, what a session takes is mostly what any instance takes. */
const TELLING_SESSIONS = 5;

export interface FleetLimits {
  readonly min: number;
  readonly max: number;
  /** What an instance may hold where none is there to say so itself. */
  readonly sessionsPerInstance: number;
  readonly memoryBytes: number; // of a task
  readonly scaleInAfterMs: number;
}

export interface FleetNow {
  readonly instances: readonly Instance[];
  /** Sessions that need an instance and have none, or one that is lost. */
  readonly waiting: number;
  readonly service: TaskServiceState;
}

/** `desiredCount`: tasks there should be. `drain`: instances to be asked to go. */
export interface FleetPlan {
  readonly desiredCount: number;
  readonly drain: readonly string[];
}

const isReady = ({ state }: Instance): boolean => state === 'ready';
const isLive = ({ state }: Instance): boolean => state !== 'lost';
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What one instance can hold: what it is set to, or less where sessions turn out to be big. */
function capacityOf(ready: readonly Instance[], { sessionsPerInstance, memoryBytes }: FleetLimits): number {
  const set = Math.min(sessionsPerInstance, ...ready.map(({ capacity }) => capacity));
  const sessions = sum(ready.map(({ load }) => load.sessions));
  if (sessions < TELLING_SESSIONS) return set;
  const bytesEach = sum(ready.map(({ load }) => load.memoryBytes)) / sessions;
  return Math.max(1, Math.min(set, Math.floor((MEMORY_FILL * memoryBytes) / bytesEach)));
}

/** Instances for all sessions: with room to spare, and enough of them that the others can take on those of any one. */
export function neededInstances({ instances, waiting }: Omit<FleetNow, 'service'>, limits: FleetLimits): number {
  const live = instances.filter(isLive);
  const sessions = sum(live.map(({ load }) => load.sessions)) + waiting;
  const capacity = capacityOf(live.filter(isReady), limits);
  const needed = sessions === 0 ? 0 : Math.max(Math.ceil(sessions / (capacity * FILL)), Math.ceil(sessions / capacity) + 1);
  return Math.min(limits.max, Math.max(limits.min, needed));
}

/**
 * The next step: up at once, down one instance at a time, the emptiest, after it was too many for a while. While a new
 * revision is rolled out nothing goes but instances of the old one, once there are as many new ones as there should be:
 * ECS spares them, for they have sessions.
 */
export function planFleet(now: FleetNow, limits: FleetLimits, surplusForMs: number): FleetPlan {
  const { instances, service } = now;
  const needed = neededInstances(now, limits);
  const desiredCount = Math.max(needed, service.desiredCount);
  if (service.isDeploying) return { desiredCount, drain: outdated(now) };
  const isSurplus = needed < service.desiredCount && surplusForMs >= limits.scaleInAfterMs;
  const isMoving = instances.some(({ state }) => state === 'draining' || state === 'starting');
  if (!isSurplus || isMoving) return { desiredCount, drain: [] };
  return { desiredCount: service.desiredCount - 1, drain: surplus(instances.filter(isReady), service) };
}

/** The emptiest. One without sessions is not protected, and ECS takes it by itself: asked for two, it would have to start one again. */
function surplus(ready: readonly Instance[], { desiredCount }: TaskServiceState): readonly string[] {
  if (ready.length < desiredCount || ready.some(({ load }) => load.sessions === 0)) return [];
  return [emptiest(ready).id];
}

function outdated({ instances, service }: FleetNow): readonly string[] {
  const isOld = ({ taskArn }: Instance): boolean => taskArn !== null && service.outdatedTasks.includes(taskArn);
  const ready = instances.filter(isReady);
  const isReplaced = ready.filter((instance) => !isOld(instance)).length >= service.desiredCount;
  return isReplaced ? ready.filter(isOld).map(({ id }) => id) : [];
}

const emptiest = (instances: readonly Instance[]): Instance => instances.reduce((least, next) => (next.load.sessions < least.load.sessions ? next : least));
