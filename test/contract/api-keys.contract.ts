import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiKey, ApiKeys } from '../../shared/domain/access/api-keys.ts';
import { hashApiKey, newApiKey } from '../../shared/identity/api-key.ts';
import { anId } from '../support/builders/session.ts';

const HOUR_MS = 3_600_000;

export function describeApiKeys(name: string, make: () => ApiKeys): void {
  describe(`${name} keeps the contract of ApiKeys`, () => {
    let workspaceId: string;
    let apiKeys: ApiKeys;
    const insert = async (over: Partial<ApiKey> = {}): Promise<ApiKey> => {
      const hash = hashApiKey(newApiKey());
      const key: ApiKey = { id: anId('key'), workspaceId, name: 'CI', scopes: ['sessions:read'], preview: 'blz_abcdef', hash, createdAt: 1, lastUsedAt: null, ...over };
      await apiKeys.insert(key);
      return key;
    };

    beforeEach(() => {
      workspaceId = anId('wsp');
      apiKeys = make();
    });

    it('finds a key by its hash', async () => {
      const key = await insert();
      expect(await apiKeys.findByHash(key.hash)).toEqual(key);
      expect(await apiKeys.findByHash(hashApiKey('blz_other'))).toBeUndefined();
    });

    it("lists a workspace's keys page by page", async () => {
      const keys = [await insert(), await insert(), await insert()];
      await insert({ workspaceId: anId('wsp') });
      const first = await apiKeys.list(workspaceId, { limit: 2 });
      const second = await apiKeys.list(workspaceId, { limit: 2, cursor: first.cursor });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(keys.map(({ id }) => id).sort());
      expect(second.cursor).toBeUndefined();
      await expect(apiKeys.list(anId('wsp'), { limit: 2, cursor: first.cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
    });

    it('deletes for its own workspace only', async () => {
      const key = await insert();
      await expect(apiKeys.delete(anId('wsp'), key.id)).rejects.toMatchObject({ code: 'api_key_not_found' });
      await apiKeys.delete(workspaceId, key.id);
      expect(await apiKeys.findByHash(key.hash)).toBeUndefined();
      await expect(apiKeys.delete(workspaceId, key.id)).rejects.toMatchObject({ code: 'api_key_not_found' });
    });

    it('notes the hour of use, and brings no revoked key back', async () => {
      const key = await insert();
      await apiKeys.noteUse(key, 5 * HOUR_MS + 10);
      expect((await apiKeys.findByHash(key.hash))?.lastUsedAt).toBe(5 * HOUR_MS);
      await apiKeys.delete(workspaceId, key.id);
      await apiKeys.noteUse(key, 6 * HOUR_MS);
      expect(await apiKeys.findByHash(key.hash)).toBeUndefined();
    });
  });
}
