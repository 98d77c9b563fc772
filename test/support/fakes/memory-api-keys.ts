import type { ApiKey, ApiKeys } from '../../../shared/domain/access/api-keys.ts';
import { apiKeyNotFound } from '../../../shared/domain/errors.ts';
import { pageOfRows } from './memory-page.ts';

const HOUR_MS = 3_600_000;

export function memoryApiKeys(): ApiKeys {
  const keys = new Map<string, ApiKey>();
  const ofWorkspace = (workspaceId: string) =>
    [...keys.values()].filter((key) => key.workspaceId === workspaceId).sort((a, b) => (a.id < b.id ? -1 : 1));

  return {
    insert: async (key) => void keys.set(key.hash, key),
    findByHash: async (hash) => keys.get(hash),
    list: async (workspaceId, page) => pageOfRows(`${workspaceId}|keys`, ofWorkspace(workspaceId), page, ({ id }) => id),
    async delete(workspaceId, keyId) {
      const key = ofWorkspace(workspaceId).find(({ id }) => id === keyId);
      if (!key) throw apiKeyNotFound(keyId);
      keys.delete(key.hash);
    },
    async noteUse({ hash }, atMs) {
      const key = keys.get(hash);
      if (key) keys.set(hash, { ...key, lastUsedAt: Math.floor(atMs / HOUR_MS) * HOUR_MS });
    },
  };
}
