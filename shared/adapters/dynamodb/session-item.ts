import { needsInstance } from '../../domain/sessions/needs-instance.ts';
import { UNKNOWN_HEALTH } from '../../domain/sessions/session-health.ts';
import type { Session, SessionRequests } from '../../domain/sessions/session.ts';
import type { Item } from './conditions.ts';
import { DELETED_SESSIONS, dueSort, sessionKey, sessionsOfInstance, sessionsOfWorkspace } from './keys.ts';

/*
 * How a session and its assignment lie in the core table. The counters of `requests` are attributes of their own, so
 * that they can grow by ADD; everything else has the name and the value it has in `Session`.
 *
 * gsi2 (docs/data-model.md): `I#<instance>` while it has one; `I#UNASSIGNED` while it has none and somebody should take
 * it; else in no such list. A deleted one is in `DELETED#SESSIONS` by the time it may go. Writers of `desired`, `instanceId` or `status` keep it so by `lookedAfterBy`.
 */
interface FlatRequests {
  readonly restarts: number;
  readonly relinks: number;
  readonly pairings: number;
  readonly pairingPhoneNumber: string | null;
}

export type SessionItem = Omit<Session, 'requests'> & FlatRequests;

/** The gsi2 partition a session belongs in, `undefined` for none. */
export function lookedAfterBy(session: Pick<Session, 'instanceId' | 'desired' | 'status' | 'provider'>): string | undefined {
  if (session.instanceId !== null) return sessionsOfInstance(session.instanceId);
  return needsInstance(session) ? sessionsOfInstance(null) : undefined;
}

export function toSessionItem(session: Session): Item {
  const { requests, ...rest } = session;
  return { ...rest, ...requests, ...sessionKey(session.id), ...(session.purgeAfter === null ? listsOf(session) : grave(session.id, session.purgeAfter)) };
}

function listsOf(session: Session): Item {
  const partition = lookedAfterBy(session);
  return {
    gsi1pk: sessionsOfWorkspace(session.workspaceId),
    gsi1sk: session.id,
    ...(partition !== undefined && { gsi2pk: partition, gsi2sk: session.id }),
  };
}

/** A deleted session is in no list of its workspace and goes for good after a while. */
function grave(id: string, purgeAfter: string): Item {
  const purgeMs = Date.parse(purgeAfter);
  return { gsi2pk: DELETED_SESSIONS, gsi2sk: dueSort(purgeMs, id), expiresAtSeconds: Math.ceil(purgeMs / 1_000) };
}

const SESSION_FIELDS = [
  'id', 'workspaceId', 'name', 'provider', 'pacing', 'desired', 'status', 'phoneNumber', 'isPrimary', 'instanceId',
  'fencingToken', 'previousInstanceId', 'migrationCount', 'lastMigrationAt', 'disconnectedAt', 'disconnectReason',
  'disconnectDetails', 'storage', 'health', 'lastActivityAt', 'lastConnectedAt', 'createdAt',
] as const satisfies readonly (keyof Session)[];

/** What items written before these were known do not have. */
const ADDED = { reportedBy: null, onDemand: null, desiredBecause: null, relinksDone: 0, statusSince: null, deletedAt: null, purgeAfter: null } as const satisfies Partial<Session>;
const ADDED_FIELDS = Object.keys(ADDED) as (keyof typeof ADDED)[];

export function toSession(item: Item): Session {
  const flat = item as unknown as SessionItem;
  const requests: SessionRequests = {
    restarts: flat.restarts,
    relinks: flat.relinks,
    pairings: flat.pairings,
    pairingPhoneNumber: flat.pairingPhoneNumber,
  };
  const added = Object.fromEntries(ADDED_FIELDS.map((name) => [name, flat[name] ?? ADDED[name]]));
  const fields = Object.fromEntries(SESSION_FIELDS.map((name) => [name, flat[name]])) as unknown as Omit<Session, 'requests'>;
  return { ...fields, ...added, health: { ...UNKNOWN_HEALTH, ...fields.health }, requests };
}
