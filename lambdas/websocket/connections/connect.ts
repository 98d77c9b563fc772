import { ConnectQuery, REPLAYED_FOR_MS, SILENT_FOR_MS } from '../../../shared/contracts/realtime.ts';
import type { Connections, Listening } from '../../../shared/domain/realtime/connections.ts';
import { authenticateKey, type AuthenticateKeyDeps } from '../../http/authenticate-key.ts';
import { parseField } from '../../http/field-errors.ts';
import { HttpRefusal } from '../../http/http-refusal.ts';
import type { ConnectRequest } from './socket-api.ts';

export interface ConnectDeps extends AuthenticateKeyDeps {
  readonly connections: Pick<Connections, 'insert'>;
  readonly listening: Pick<Listening, 'note'>;
}

/** How long after a sign of life a workspace's events are kept: until the client counts as dead, and may come back for them. */
export const KEPT_AFTER_MS = SILENT_FOR_MS + REPLAYED_FOR_MS;

/** Lets a socket in whose `token` is a known API key. Refuses it with 401, or 422 for a `since` that is none. */
export const makeConnect = (deps: ConnectDeps) =>
  async ({ connectionId, query }: ConnectRequest): Promise<void> => {
    const { token, since } = parseField(ConnectQuery, query);
    const key = await authenticateKey(deps, token);
    if (!key) throw new HttpRefusal(401, 'unauthorized', 'Connect with `?token=<API key>` and a valid key.');
    const now = deps.clock.now();
    const { id: keyId, hash: keyHash, workspaceId, scopes } = key;
    await deps.listening.note(workspaceId, now, now + KEPT_AFTER_MS);
    await deps.connections.insert({
      id: connectionId, workspaceId, keyId, keyHash, scopes, since: since ?? null, connectedAt: now, lastSeenAt: now,
    });
  };
