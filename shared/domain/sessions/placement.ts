import type { Instance } from '../instances/instance.ts';
import { mayBeAlive } from '../instances/may-be-alive.ts';
import type { Session } from './session.ts';

/** How many hibernating sessions an instance takes for each browser it may have open. */
export const SLEEPERS_A_BROWSER = 10;
/** No instance gets much more than its share, as long as another one has room. */
const SHARE_ALLOWANCE = 1.25;

export interface PlacementOptions {
  readonly now: number; // Unix ms
  /** Where it last ran, if its profile may still lie there: taken if it can have the session. */
  readonly preferred?: string | null;
  /** Instances that must not get it, such as the one that hands it over. */
  readonly except?: readonly string[];
}

/**
 * The instance a session should run on: rendezvous hashing over the ready ones that have room, so that a workspace's
 * numbers spread and a change of fleet size moves few sessions. `undefined`: nobody can take it now.
 */
export function choosePlacement(
  session: Pick<Session, 'id' | 'workspaceId'> & Partial<Pick<Session, 'status'>>,
  instances: readonly Instance[],
  { now, preferred, except = [] }: PlacementOptions,
): Instance | undefined {
  const isAsleep = session.status === 'hibernating';
  const open = openOnes(instances.filter((instance) => hasRoom(instance, isAsleep) && !except.includes(instance.id)), now);
  const warm = open.find(({ id }) => id === preferred);
  if (warm) return warm;
  const weight = ({ id }: Instance) => weightOf(`${id}|${session.workspaceId}|${session.id}`);
  return (isAsleep ? open : withinShare(open)).reduce<Instance | undefined>((best, next) => (!best || weight(next) > weight(best) ? next : best), undefined);
}

/** Browsers are what is scarce: a session that hibernates takes none. */
const hasRoom = ({ state, load, capacity }: Instance, isAsleep: boolean): boolean => {
  if (state !== 'ready') return false;
  return isAsleep ? (load.hibernating ?? 0) < capacity * SLEEPERS_A_BROWSER : load.sessions < capacity && load.isAdmitting !== false;
};

/** Who is in time by our clock; if that is nobody, those whose clock may merely be behind ours. */
function openOnes(takers: readonly Instance[], now: number): readonly Instance[] {
  const inTime = takers.filter(({ expiresAt }) => expiresAt > now);
  return inTime.length > 0 ? inTime : takers.filter((instance) => mayBeAlive(instance, now));
}

/** For people: why a session finds no instance. One of a few sentences, so that it is no news each time it is asked. */
export function whyNoRoom(instances: readonly Instance[], now: number): string {
  const ready = instances.filter((instance) => instance.state === 'ready' && mayBeAlive(instance, now));
  if (ready.length === 0) return 'Waiting for an instance: none is ready. It starts as soon as one is.';
  const areFull = ready.every(({ load, capacity }) => load.sessions >= capacity);
  const why = areFull ? 'every instance runs as many sessions as it may' : 'the instances with a free place are short of memory or file descriptors';
  return `Waiting for room: ${why}. It starts as soon as there is some.`;
}

function withinShare(open: readonly Instance[]): readonly Instance[] {
  const total = open.reduce((sum, { load }) => sum + load.sessions, 1);
  const share = Math.ceil((SHARE_ALLOWANCE * total) / open.length);
  return open.filter(({ load }) => load.sessions < share);
}

/** FNV-1a and a murmur finish, 32 bits: ids that differ in one letter land far apart. */
function weightOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
