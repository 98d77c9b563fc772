import { ulid } from 'ulid';
import * as z from 'zod';
import { Scope } from '../shared/contracts/api/common.ts';
import type { ApiKeys, Workspaces } from '../shared/domain/access/api-keys.ts';
import { hashApiKey, newApiKey, previewOfApiKey } from '../shared/identity/api-key.ts';
import { findPrivateJson, writePrivateJson } from './data-dir/private-json.ts';

/** What the first start makes, so that there is something to begin with: two workspaces and keys to them. */
export const SeedKeys = z.object({
  workspaceId: z.string(),
  otherWorkspaceId: z.string(),
  apiKey: z.string(), // every scope but operator
  operatorKey: z.string(), // every scope
  otherApiKey: z.string(), // of the other workspace
});
export type SeedKeys = z.infer<typeof SeedKeys>;

export interface SeedStores {
  readonly workspaces: Pick<Workspaces, 'insert'>;
  readonly apiKeys: Pick<ApiKeys, 'insert' | 'findByHash'>;
}

const TENANT_SCOPES = Scope.options.filter((scope) => scope !== 'operator');

const newSeed = (): SeedKeys => ({
  workspaceId: `wsp_${ulid()}`,
  otherWorkspaceId: `wsp_${ulid()}`,
  apiKey: newApiKey(),
  operatorKey: newApiKey(),
  otherApiKey: newApiKey(),
});

interface KeyToInsert {
  readonly key: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

async function insertKey({ key, workspaceId, name, scopes }: KeyToInsert, apiKeys: SeedStores['apiKeys']): Promise<void> {
  const hash = hashApiKey(key);
  const found = await apiKeys.findByHash(hash);
  if (found && scopes.every((scope) => found.scopes.includes(scope))) return;
  const made = { id: `key_${ulid()}`, preview: previewOfApiKey(key), createdAt: Date.now(), lastUsedAt: null };
  await apiKeys.insert({ ...made, ...found, workspaceId, name, scopes, hash }); // a version of before knew fewer scopes
}

async function storedSeed(path: string): Promise<SeedKeys> {
  const found = await findPrivateJson(path, SeedKeys);
  if (found) return found;
  const made = newSeed();
  await writePrivateJson(path, made); // before the tables: a crash in between must not leave keys nobody knows
  return made;
}

/** Makes what is missing, gives known keys the scopes that a new version brings, and returns the keys, which are kept in the file at `path`. */
export async function seed(path: string, { workspaces, apiKeys }: SeedStores): Promise<SeedKeys> {
  const keys = await storedSeed(path);
  const { workspaceId, otherWorkspaceId } = keys;
  await workspaces.insert({ id: workspaceId, name: 'Local', createdAt: Date.now() });
  await workspaces.insert({ id: otherWorkspaceId, name: 'Other', createdAt: Date.now() });
  await insertKey({ key: keys.apiKey, workspaceId, name: 'Local', scopes: TENANT_SCOPES }, apiKeys);
  await insertKey({ key: keys.operatorKey, workspaceId, name: 'Local operator', scopes: Scope.options }, apiKeys);
  await insertKey({ key: keys.otherApiKey, workspaceId: otherWorkspaceId, name: 'Other', scopes: TENANT_SCOPES }, apiKeys);
  return keys;
}
