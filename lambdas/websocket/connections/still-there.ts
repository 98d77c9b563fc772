import type { ApiKeys } from '../../../shared/domain/access/api-keys.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { Connection, Connections, Listening } from '../../../shared/domain/realtime/connections.ts';
import { KEPT_AFTER_MS } from './connect.ts';

export interface StillThereDeps {
  readonly apiKeys: Pick<ApiKeys, 'findByHash'>;
  readonly connections: Pick<Connections, 'find' | 'noteSeen'>;
  readonly listening: Pick<Listening, 'note'>;
  readonly clock: Clock;
}

/** Not every message is worth the writes, and the look whether its key was revoked. */
const NOTED_EVERY_MS = 60_000;

/** The connection a message came over, noting that it lives. `undefined`: it was dropped, or its key was revoked. */
export async function stillThere(deps: StillThereDeps, connectionId: string): Promise<Connection | undefined> {
  const { apiKeys, connections, listening, clock } = deps;
  const connection = await connections.find(connectionId);
  const now = clock.now();
  if (!connection || now - connection.lastSeenAt < NOTED_EVERY_MS) return connection;
  if (!(await apiKeys.findByHash(connection.keyHash))) return undefined;
  await listening.note(connection.workspaceId, now, now + KEPT_AFTER_MS);
  return (await connections.noteSeen(connectionId, now)) ? connection : undefined;
}
