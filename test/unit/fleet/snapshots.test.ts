import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { efsSnapshotStore } from '../../../fleet/storage/efs-snapshot-store.ts';
import { LiveProfiles } from '../../../fleet/storage/live-profiles.ts';
import type { SessionStore } from '../../../fleet/storage/session-store.ts';
import { anId } from '../../support/builders/session.ts';
import { memoryDataKeys } from '../../support/fakes/memory-data-keys.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

describe('session snapshots', () => {
  let root: string;
  let store: SessionStore;
  const workspaceId = anId('wsp');
  let sessionId: string;
  const owner = (fencingToken: number) => ({ workspaceId, sessionId, fencingToken });
  const link = (profile: string) => join(profile, 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb/000003.log');

  const profileWith = async (content: string | Buffer): Promise<string> => {
    const dir = join(root, anId('prf'));
    await mkdir(join(link(dir), '..'), { recursive: true });
    await mkdir(join(dir, 'Default/Cache'), { recursive: true });
    await writeFile(link(dir), content);
    await writeFile(join(dir, 'Default/Cache/data'), randomBytes(10_000));
    return dir;
  };
  const snapshots = () => readdir(join(root, 'store', workspaceId, sessionId));
  const damage = async (name: string, how: (path: string, bytes: Buffer) => Promise<void>) => {
    const path = join(root, 'store', workspaceId, sessionId, name);
    await how(path, await readFile(path));
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-snapshots-'));
    sessionId = anId('ses');
    store = efsSnapshotStore({ storeDir: join(root, 'store'), scratchDir: join(root, 'scratch'), keys: memoryDataKeys(), log: silentLog });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('brings back the databases byte for byte, and no cache', async () => {
    const content = randomBytes(300_000);
    const saved = await store.save(owner(1), await profileWith(content));
    const target = join(root, 'restored');
    expect(await store.restoreLatest(owner(2), target)).toMatchObject({ path: saved.path, bytes: saved.bytes });
    expect((await readFile(link(target))).equals(content)).toBe(true);
    expect(await readdir(join(target, 'Default'))).toEqual(['IndexedDB']);
  });

  it('holds nothing readable', async () => {
    await store.save(owner(1), await profileWith('the link credentials '.repeat(100)));
    const [name = ''] = await snapshots();
    await damage(name, async (_, bytes) => expect(bytes.includes('the link credentials')).toBe(false));
  });

  it('keeps the last three, and prefers the newest owner', async () => {
    for (const content of ['1', '2', '3', '4']) await store.save(owner(1), await profileWith(content));
    await store.save(owner(2), await profileWith('5'));
    expect((await snapshots()).toSorted()).toEqual(['0000000001-000003.snap', '0000000001-000004.snap', '0000000002-000001.snap']);
    await store.restoreLatest(owner(3), join(root, 'restored'));
    expect(await readFile(link(join(root, 'restored')), 'utf8')).toBe('5');
  });

  it.each([
    { what: 'cut short', how: async (path: string, bytes: Buffer) => truncate(path, bytes.length - 40) },
    { what: 'cut down to nothing', how: async (path: string) => truncate(path, 3) },
    { what: 'altered in its content', how: (path: string, bytes: Buffer) => writeFile(path, bytes.fill(7, bytes.length - 60, bytes.length - 50)) },
    { what: 'altered in its header', how: (path: string, bytes: Buffer) => writeFile(path, bytes.fill(7, 20, 24)) },
  ])('skips a snapshot that was $what for the one before', async ({ how }) => {
    await store.save(owner(1), await profileWith('good'));
    await store.save(owner(1), await profileWith('newer'));
    await damage('0000000001-000002.snap', how);
    const target = join(root, 'restored');
    expect(await store.restoreLatest(owner(2), target)).toMatchObject({ path: expect.stringContaining('000001.snap') });
    expect(await readFile(link(target), 'utf8')).toBe('good');
  });

  it('belongs to its session: under another it cannot be read', async () => {
    await store.save(owner(1), await profileWith('mine'));
    const other = anId('ses');
    const place = join(root, 'store', workspaceId, other);
    await mkdir(place, { recursive: true });
    await damage('0000000001-000001.snap', (_, bytes) => writeFile(join(place, '0000000001-000001.snap'), bytes));
    expect(await store.restoreLatest({ workspaceId, sessionId: other, fencingToken: 1 }, join(root, 'restored'))).toBeUndefined();
  });

  it('is gone once wiped, and refuses ids that are paths', async () => {
    await store.save(owner(1), await profileWith('x'));
    expect(await store.describe(owner(1))).toMatchObject({ path: `${workspaceId}/${sessionId}/0000000001-000001.snap` });
    await store.wipe(owner(1));
    expect(await store.describe(owner(1))).toBeUndefined();
    expect(() => store.wipe({ workspaceId: '..', sessionId })).toThrow('is no id');
  });

  it('reuses the profile that lies here for the same owner only', async () => {
    await store.save(owner(1), await profileWith('snapshot'));
    const profiles = new LiveProfiles(join(root, 'profiles'), anId('ins'), store);
    const first = await profiles.prepare(owner(2));
    await writeFile(link(first.dir), 'went on');
    expect(await profiles.prepare(owner(2))).toEqual({ dir: first.dir, restoredFrom: 'warm' });
    expect(await readFile(link(first.dir), 'utf8')).toBe('went on');
    await profiles.prepare(owner(3));
    expect(await readFile(link(first.dir), 'utf8')).toBe('snapshot');
  });
});
