import type { ApiKeyView } from '../../../shared/contracts/api/operations.ts';
import type { apiKeyRoutes } from '../../../shared/contracts/api/routes/api-keys.ts';
import type { ApiKey, ApiKeys } from '../../../shared/domain/access/api-keys.ts';
import type { ForgetVerdicts } from '../../../shared/domain/access/forget-verdicts.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { hashApiKey, newApiKey, previewOfApiKey } from '../../../shared/identity/api-key.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';

/** Makes a key for the caller's workspace, which can do nothing the caller's own key cannot. */
export const makeCreateApiKey =
  (apiKeys: Pick<ApiKeys, 'insert'>): Operation<typeof apiKeyRoutes.createApiKey> =>
  async ({ workspaceId, scopes: held, body, now, seed }) => {
    const notHeld = body.scopes.findIndex((scope) => !held.includes(scope));
    if (notHeld !== -1) throw scopeNotHeld(notHeld, body.scopes[notHeld] ?? '');
    const key = newApiKey();
    const record: ApiKey = {
      id: derivedId('key', now, 'key', workspaceId, seed),
      workspaceId,
      name: body.name,
      scopes: [...new Set(body.scopes)],
      preview: previewOfApiKey(key),
      hash: hashApiKey(key),
      createdAt: now,
      lastUsedAt: null,
    };
    await apiKeys.insert(record);
    return { status: 201, body: { ...viewOf(record), key } };
  };

export const makeListApiKeys =
  (apiKeys: Pick<ApiKeys, 'list'>): Operation<typeof apiKeyRoutes.listApiKeys> =>
  async ({ workspaceId, query }) => {
    const page = await apiKeys.list(workspaceId, query);
    return { status: 200, body: { data: page.items.map(viewOf), nextCursor: page.cursor ?? null } };
  };

/** From its answer on, the key opens nothing any more. */
export const makeDeleteApiKey =
  (apiKeys: Pick<ApiKeys, 'delete'>, forgetVerdicts: ForgetVerdicts): Operation<typeof apiKeyRoutes.deleteApiKey> =>
  async ({ workspaceId, params }) => {
    await apiKeys.delete(workspaceId, params.id);
    await forgetVerdicts();
    return { status: 204 };
  };

function viewOf({ id, name, scopes, preview, createdAt, lastUsedAt }: ApiKey): ApiKeyView {
  return {
    id,
    name,
    scopes: [...scopes],
    preview,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}

const scopeNotHeld = (index: number, scope: string): DomainError =>
  new DomainError('forbidden', 'scope_not_held', `Your key does not have ${scope}, so it cannot give it.`, {
    fields: [{ path: `scopes.${index}`, message: 'is not a scope of your key' }],
  });
