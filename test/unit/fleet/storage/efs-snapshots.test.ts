import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { efsSnapshotStore } from '../../../../fleet/storage/efs-snapshot-store.ts';
import type { SessionStore, SkippedCopy } from '../../../../fleet/storage/session-store.ts';
import type { DataKeys } from '../../../../shared/domain/encryption/data-keys.ts';
import { anId } from '../../../support/builders/session.ts';
import { readLink, writeProfile } from '../../../support/builders/profile.ts';
import { memoryDataKeys } from '../../../support/fakes/memory-data-keys.ts';
import { silentLog } from '../../../support/fakes/silent-log.ts';

const NEWEST = '0000000001-000002.snap';
const HEADER_AT = 12;
const TAG_BYTES = 16;

describe('snapshots on EFS', () => {
  let root: string;
  let folder: string;
  const workspaceId = anId('wsp');
  let sessionId: string;
  let keys: DataKeys;
  const owner = (fencingToken: number) => ({ workspaceId, sessionId, fencingToken });
  const open = (over: Partial<DataKeys> = {}): SessionStore =>
    efsSnapshotStore({ storeDir: join(root, 'store'), scratchDir: join(root, 'scratch'), keys: { ...keys, ...over }, log: silentLog });
  const profileWith = (link: string) => writeProfile(join(root, anId('prf')), link);
  const restore = async (store = open()) => {
    const target = join(root, anId('prf'));
    const skipped: SkippedCopy[] = [];
    const stored = await store.restoreLatest(owner(2), target, { onSkipped: (copy) => skipped.push(copy) });
    return { codes: skipped.map(({ code }) => code), link: stored && (await readLink(target)).toString() };
  };
  const change = async (how: (bytes: Buffer) => Buffer) => writeFile(join(folder, NEWEST), how(await readFile(join(folder, NEWEST))));
  const headerEnd = (bytes: Buffer): number => HEADER_AT + bytes.readUInt32BE(8);
  const flip = (at: (bytes: Buffer) => number) => (bytes: Buffer): Buffer => {
    bytes[at(bytes)]! ^= 1;
    return bytes;
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-snapshots-'));
    sessionId = anId('ses');
    folder = join(root, 'store', workspaceId, sessionId);
    keys = memoryDataKeys();
    await open().save(owner(1), await profileWith('good'));
    await open().save(owner(1), await profileWith('newer '.repeat(200)));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const cut = (to: (bytes: Buffer) => number) => (bytes: Buffer) => bytes.subarray(0, to(bytes));
  it.each([
    { what: 'cut down to nothing', how: cut(() => 0), code: 'snapshot_corrupt' },
    { what: 'cut within its first bytes', how: cut(() => 3), code: 'snapshot_corrupt' },
    { what: 'cut after its first bytes', how: cut(() => 8), code: 'snapshot_corrupt' },
    { what: 'cut within its header', how: cut(() => 60), code: 'snapshot_corrupt' },
    { what: 'cut after its header', how: cut(headerEnd), code: 'snapshot_corrupt' },
    { what: 'cut within its content', how: cut((bytes) => headerEnd(bytes) + TAG_BYTES + 20), code: 'snapshot_corrupt' },
    { what: 'cut by its tag', how: cut((bytes) => bytes.length - TAG_BYTES), code: 'snapshot_corrupt' },
    { what: 'cut by a byte', how: cut((bytes) => bytes.length - 1), code: 'snapshot_corrupt' },
    { what: 'longer than it was', how: (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(9)]), code: 'snapshot_corrupt' },
    { what: 'altered in its first byte', how: flip(() => 0), code: 'snapshot_corrupt' },
    { what: 'altered in the length of its header', how: flip(() => 9), code: 'snapshot_corrupt' },
    { what: 'altered in its header', how: flip(() => HEADER_AT), code: 'snapshot_corrupt' },
    { what: 'altered in the time it was made', how: flip((bytes) => headerEnd(bytes) - 6), code: 'snapshot_corrupt' },
    { what: 'altered in its content', how: flip((bytes) => headerEnd(bytes) + 30), code: 'snapshot_corrupt' },
    { what: 'altered in its tag', how: flip((bytes) => bytes.length - 1), code: 'snapshot_corrupt' },
    { what: 'of a later format', how: (bytes: Buffer) => bytes.fill('2', 7, 8), code: 'snapshot_version_unknown' },
    { what: 'of a later header', how: (bytes: Buffer) => bytes.fill('2', bytes.indexOf('"v":1') + 4, bytes.indexOf('"v":1') + 5), code: 'snapshot_version_unknown' },
    { what: 'of another compression', how: (bytes: Buffer) => bytes.fill('lz4x', bytes.indexOf('zstd'), bytes.indexOf('zstd') + 4), code: 'snapshot_version_unknown' },
  ])('skips one that was $what for the one before', async ({ how, code }) => {
    await change(how);
    expect(await restore()).toEqual({ codes: [code], link: 'good' });
  });

  it('skips all under another key, and says so', async () => {
    expect(await restore(open(memoryDataKeys()))).toEqual({ codes: ['snapshot_wrong_key', 'snapshot_wrong_key'], link: undefined });
  });

  it('belongs to its session: under another it cannot be read (I6)', async () => {
    const other = anId('ses');
    await mkdir(join(root, 'store', workspaceId, other));
    await writeFile(join(root, 'store', workspaceId, other, NEWEST), await readFile(join(folder, NEWEST)));
    expect(await open().restoreLatest({ ...owner(2), sessionId: other }, join(root, 'new'))).toBeUndefined();
  });

  it('may be given another name by hand: that of an owner long before', async () => {
    await rename(join(folder, NEWEST), join(folder, '0000000000-000001.snap'));
    await rm(join(folder, '0000000001-000001.snap'));
    expect(await restore()).toEqual({ codes: [], link: 'newer '.repeat(200) });
  });

  it('waits for a key service that does not answer, in place of asking for a QR (I4)', async () => {
    const store = open({ unwrap: () => Promise.reject(new Error('TimeoutError')) });
    await expect(restore(store)).rejects.toThrow('TimeoutError');
  });

  it('holds nothing readable, and nothing of the cache', async () => {
    const bytes = await readFile(join(folder, NEWEST));
    expect(bytes.includes('newer')).toBe(false);
    expect(bytes.length).toBeLessThan(3_000);
    expect((await stat(join(folder, NEWEST))).mode & 0o077).toBe(0);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  it('leaves nothing of one that could not be read back, and keeps those before', async () => {
    const before = await readdir(folder);
    const store = open({ unwrap: () => Promise.reject(new Error('TimeoutError')) });
    await expect(store.save(owner(1), await profileWith('lost'))).rejects.toThrow('TimeoutError');
    expect(await readdir(folder)).toEqual(before);
    expect(await readdir(join(root, 'scratch'))).toEqual([]);
  });

  it('sweeps what earlier owners left half-written, and not what a later one is writing', async () => {
    const partials = ['0000000001-000003.snap.partial', '0000000001-000004.partial', '0000000002-000001.partial', '0000000003-000001.partial'];
    for (const name of partials) await writeFile(join(folder, name), 'x');
    await open().save(owner(2), await profileWith('x'));
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual(['0000000003-000001.partial']);
  });

  it('does not bring back what a slow save finished after the wipe', async () => {
    const late = await readFile(join(folder, NEWEST));
    await open().wipe(owner(2));
    await writeFile(join(folder, '0000000001-000003.snap'), late); // of the owner before
    await writeFile(join(folder, '0000000002-000001.snap'), late); // chosen before the wipe looked
    expect(await restore()).toEqual({ codes: [], link: undefined });
    await open().save(owner(2), await profileWith('linked anew'));
    expect(await restore()).toEqual({ codes: [], link: 'linked anew' });
    expect((await readdir(folder)).toSorted()).toEqual(['0000000002-000001.wiped', '0000000002-000002.snap']);
  });
});
