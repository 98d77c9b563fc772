import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveProfiles } from '../../../../fleet/storage/live-profiles.ts';
import { localAuthStore } from '../../../../fleet/storage/local-auth-store.ts';
import type { SessionStore } from '../../../../fleet/storage/session-store.ts';
import { anId } from '../../../support/builders/session.ts';
import { readLink, writeProfile } from '../../../support/builders/profile.ts';
import { memorySessionStore } from '../../../support/fakes/memory-session-store.ts';
import { silentLog } from '../../../support/fakes/silent-log.ts';

describe('live profiles', () => {
  let root: string;
  const [workspaceId, sessionId] = [anId('wsp'), anId('ses')];
  const owner = (fencingToken: number) => ({ workspaceId, sessionId, fencingToken });
  const on = (store: SessionStore) => new LiveProfiles(join(root, 'profiles'), anId('ins'), store);
  const linkIn = async (dir: string) => (await readLink(dir)).toString();

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-profiles-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('reuse what lies here for the same owner only', async () => {
    const store = memorySessionStore();
    await store.save(owner(1), await writeProfile(join(root, 'elsewhere'), 'snapshot'));
    const profiles = on(store);
    const { dir } = await profiles.prepare(owner(2));
    await writeProfile(dir, 'went on');
    expect(await profiles.prepare(owner(2))).toEqual({ dir, restoredFrom: 'warm', isBehind: true });
    expect(await linkIn(dir)).toBe('went on');
    await profiles.prepare(owner(3));
    expect(await linkIn(dir)).toBe('snapshot');
  });

  it('lie in a store that copies nothing, and stay there when their instance goes (I4)', async () => {
    const store = localAuthStore(join(root, 'store'), silentLog);
    const [first, second] = [on(store), on(store)];
    const { dir, restoredFrom } = await first.prepare(owner(1));
    expect([dir, restoredFrom]).toEqual([store.homeOf?.(owner(1)), undefined]);
    await writeProfile(dir, 'the link');
    await first.remove(sessionId);
    await first.removeAll();
    const taken = await second.prepare(owner(2));
    expect(taken).toMatchObject({ dir, restoredFrom: { path: `${workspaceId}/session-${sessionId}` } });
    expect(await linkIn(dir)).toBe('the link');
    await expect(first.prepare(owner(1))).rejects.toThrow('has been replaced');
  });
});
