import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seed } from '../../../local/seed.ts';
import { Scope } from '../../../shared/contracts/api/common.ts';
import type { ApiKey } from '../../../shared/domain/access/api-keys.ts';
import { hashApiKey } from '../../../shared/identity/api-key.ts';
import { memoryApiKeys } from '../../support/fakes/memory-api-keys.ts';

describe('the seed of a data directory', () => {
  let folder: string;
  const apiKeys = memoryApiKeys();
  const start = () => seed(join(folder, 'keys.json'), { apiKeys, workspaces: { insert: async () => undefined } });
  const keyOf = async (key: string) => (await apiKeys.findByHash(hashApiKey(key))) as ApiKey;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blazz-seed-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes the same keys again at each start, and changes nothing of theirs', async () => {
    const first = await start();
    const before = await keyOf(first.apiKey);
    expect(await start()).toEqual(first);
    expect(await keyOf(first.apiKey)).toEqual(before);
  });

  it('gives keys of a version of before the scopes that came since', async () => {
    const { apiKey, operatorKey } = await start();
    const before = await keyOf(apiKey);
    await apiKeys.insert({ ...before, scopes: ['sessions:read'], lastUsedAt: 5 });
    await start();
    expect(await keyOf(apiKey)).toEqual({ ...before, scopes: Scope.options.filter((scope) => scope !== 'operator'), lastUsedAt: 5 });
    expect((await keyOf(operatorKey)).scopes).toEqual(Scope.options);
  });
});
