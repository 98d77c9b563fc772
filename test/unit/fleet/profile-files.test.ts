import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveProfiles } from '../../../fleet/storage/live-profiles.ts';
import { dropCaches, measureProfile } from '../../../fleet/storage/profile-caches.ts';
import { cleanProfileLocks } from '../../../fleet/storage/profile-lock-cleaner.ts';
import type { SessionStore } from '../../../fleet/storage/session-store.ts';
import { anId } from '../../support/builders/session.ts';
import { memorySessionStore } from '../../support/fakes/memory-session-store.ts';

const KB = 1024;
const LINK = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb/000003.log';
const CACHES = ['Default/Cache/Cache_Data/f_000001', 'Default/Code Cache/js/index', 'Default/GPUCache/data_1', 'Default/Service Worker/CacheStorage/a/b'];

let dir: string;
const put = async (name: string, bytes = 10 * KB, root = dir): Promise<void> => {
  await mkdir(join(root, name, '..'), { recursive: true });
  await writeFile(join(root, name), Buffer.alloc(bytes, 1));
};
const files = async (root = dir) => (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'blazz-profile-'));
});
afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));

describe('the caches of a profile', () => {
  it('are told apart from the link, and go alone', async () => {
    for (const name of [LINK, 'Default/Local Storage/leveldb/000003.log', ...CACHES]) await put(name);
    const { bytes, cacheBytes } = await measureProfile(dir); // in blocks of the file system
    expect(cacheBytes).toBeGreaterThanOrEqual(40 * KB);
    await dropCaches(dir);
    expect(await files()).toEqual(['000003.log', '000003.log']);
    expect(await measureProfile(dir)).toEqual({ bytes: bytes - cacheBytes, cacheBytes: 0 });
    expect(await measureProfile(join(dir, 'none'))).toEqual({ bytes: 0, cacheBytes: 0 });
  });
});

describe('the locks of a profile', () => {
  const LOCKS = ['SingletonCookie', 'SingletonLock', 'SingletonSocket'];
  const left = async () => (await readdir(dir)).toSorted();

  beforeEach(async () => {
    for (const name of LOCKS) await symlink(name === 'SingletonLock' ? 'other-host-4711' : '/nowhere/at/all', join(dir, name));
  });

  it('go before a browser starts, and say whose they were', async () => {
    expect(await cleanProfileLocks(dir, () => true)).toEqual(['SingletonLock of other-host-4711', 'SingletonCookie', 'SingletonSocket']);
    expect(await left()).toEqual([]);
    expect(await cleanProfileLocks(dir, () => true)).toEqual([]);
  });

  it('stay without a held lease and assignment: whoever has them may have a browser there (I3)', async () => {
    expect(await cleanProfileLocks(dir, () => false)).toEqual([]);
    expect(await left()).toEqual(LOCKS);
    let asked = 0;
    await cleanProfileLocks(dir, () => ++asked === 1); // lost between two files
    expect(await left()).toEqual(['SingletonCookie', 'SingletonSocket']);
  });
});

describe('live profiles', () => {
  const owner = { workspaceId: anId('wsp'), sessionId: anId('ses'), fencingToken: 1 };

  it('start without the caches that a killed browser left', async () => {
    const profiles = new LiveProfiles(dir, anId('ins'), memorySessionStore());
    const { dir: profile } = await profiles.prepare(owner);
    for (const name of [LINK, ...CACHES]) await put(name, KB, profile);
    expect(await profiles.prepare(owner)).toMatchObject({ restoredFrom: 'warm' });
    expect((await files(profile)).toSorted()).toEqual(['000003.log', 'blazz-owner.json']);
  });

  it('of sessions that went elsewhere are swept, others kept', async () => {
    const [profiles, gone] = [new LiveProfiles(dir, 'ins_a', memorySessionStore()), { ...owner, sessionId: anId('ses') }];
    await profiles.prepare(owner);
    await profiles.prepare(gone);
    await put(`ins_a/${owner.sessionId}.copy/half-made`);
    expect(await profiles.sweep((id) => id === owner.sessionId)).toBe(1);
    expect((await readdir(join(dir, 'ins_a'))).toSorted()).toEqual([owner.sessionId, `${owner.sessionId}.copy`]);
  });

  it('of a session that comes back during a sweep are prepared after it', async () => {
    const order: string[] = [];
    const store: SessionStore = { ...memorySessionStore(), restoreLatest: async (_owner, profile) => {
      order.push('restored');
      await put(LINK, KB, profile);
      return undefined;
    } };
    const profiles = new LiveProfiles(dir, 'ins_a', store);
    for (let n = 0; n < 20; n++) await profiles.prepare({ ...owner, sessionId: anId('ses') });
    order.length = 0;
    const sweeping = profiles.sweep(() => false).then(() => order.push('swept'));
    const [prepared] = await Promise.all([profiles.prepare(owner), sweeping]);
    expect(order).toEqual(['swept', 'restored']);
    expect((await lstat(join(prepared.dir, LINK))).size).toBe(KB);
  });
});
