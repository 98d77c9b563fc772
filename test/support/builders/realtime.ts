import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { PushJob } from '../../../shared/contracts/realtime.ts';
import type { Connection } from '../../../shared/domain/realtime/connections.ts';
import { WORKSPACE } from './outbound-message.ts';
import { anEvent } from './webhook.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

let drawn = 0;

/** A connection that may read everything a workspace's key may. */
export function aConnection(change: Partial<Connection> = {}): Connection {
  const connectedAt = change.connectedAt ?? NOON;
  return {
    id: `connection-${drawn++}=`,
    workspaceId: WORKSPACE,
    keyId: 'key_1',
    keyHash: 'hash of a key',
    scopes: ['sessions:read', 'messages:read', 'campaigns:read'],
    since: null,
    connectedAt,
    lastSeenAt: connectedAt,
    ...change,
  };
}

export function aPushJob(at: number, events: readonly PublicEvent[] = [anEvent()], workspaceId = WORKSPACE): PushJob {
  return { v: 1, id: `${events[0]?.id}.${events.at(-1)?.id}.${events.length}`, at, workspaceId, events: [...events] };
}
