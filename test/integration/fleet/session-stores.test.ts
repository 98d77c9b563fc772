import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import webjs from 'whatsapp-web.js';
import { remoteAuthStore } from '../../../fleet/storage/remote-auth-store.ts';
import { sessionFolder } from '../../../fleet/storage/session-folder.ts';
import type { ProfileOwner, SessionStore, SkippedCopy } from '../../../fleet/storage/session-store.ts';
import { remoteAuthArchive } from '../../../fleet/whatsapp/webjs/remote-auth-archive.ts';
import { s3Objects } from '../../../shared/adapters/s3/s3-objects.ts';
import { until } from '../../../local/client/until.ts';
import type { ObjectStore } from '../../../shared/domain/objects/object-store.ts';
import { describeObjectStore } from '../../contract/object-store.contract.ts';
import { describeSessionStore } from '../../contract/session-store.contract.ts';
import { anId } from '../../support/builders/session.ts';
import { readLink, writeProfile } from '../../support/builders/profile.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { startBucket, type TestBucket } from '../../support/s3.ts';

const run = promisify(execFile);

describe('stores behind a bucket', () => {
  let bucket: TestBucket;
  const objects = (): ObjectStore => s3Objects(bucket.client, bucket.name, 'arn:aws:kms:us-east-1:000000000000:key/test');
  const storeIn = (root: string): SessionStore =>
    remoteAuthStore({ objects: objects(), archive: remoteAuthArchive, scratchDir: join(root, 'scratch'), log: silentLog });

  beforeAll(async () => {
    bucket = await startBucket();
  });
  afterAll(() => bucket?.stop());

  describeObjectStore('s3Objects', objects);

  describeSessionStore('remoteAuthStore', async (root) => {
    const damaged = new Set<string>();
    return {
      states: 3,
      open: () => storeIn(root),
      async damageNewest(place) {
        const keys = (await objects().list(sessionFolder(place))).map(({ key }) => key).filter((key) => key.endsWith('.zip') && !damaged.has(key));
        const newest = keys.at(-1);
        if (newest === undefined) return false;
        const zip = Buffer.from((await objects().get(newest)) ?? []);
        await objects().put(newest, zip.fill(0, 200, 204)); // within what is compressed
        damaged.add(newest);
        return true;
      },
    };
  });

  describe('and the archives of plain whatsapp-web.js', () => {
    let root: string;
    let owner: ProfileOwner;
    let name: string;

    beforeEach(async () => {
      owner = { workspaceId: anId('wsp'), sessionId: anId('ses'), fencingToken: 1 };
      name = `RemoteAuth-${owner.sessionId}`;
      root = await mkdtemp(join(tmpdir(), 'blazz-remote-'));
    });
    afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

    /** The strategy as a program that uses whatsapp-web.js alone has it. */
    const plainRemoteAuth = (dataPath: string, store: webjs.Store) => {
      const auth = new webjs.RemoteAuth({ clientId: owner.sessionId, dataPath, store, backupSyncIntervalMs: 60_000 });
      const strategy = auth as typeof auth & { client: unknown; storeRemoteSession(): Promise<void> };
      strategy.client = { options: { puppeteer: {} } };
      return strategy;
    };

    it('reads what RemoteAuth has stored: a number moves in without a QR', async () => {
      const zip = join(root, 'theirs.zip');
      const auth = plainRemoteAuth(join(root, 'auth'), {
        sessionExists: () => false, extract: () => undefined, delete: () => undefined,
        save: ({ session }) => copyFile(join(root, 'auth', `${session}.zip`), zip),
      });
      await auth.beforeBrowserInitialized();
      await writeProfile(join(root, 'auth', name), 'linked elsewhere');
      await auth.storeRemoteSession();
      await objects().put(`${sessionFolder(owner)}/0000000000-000001/${name}.zip`, await readFile(zip));
      await storeIn(root).restoreLatest(owner, join(root, 'profile'));
      expect((await readLink(join(root, 'profile'))).toString()).toBe('linked elsewhere');
    });

    it('is read by RemoteAuth: a number moves out without a QR', async () => {
      const { path } = await storeIn(root).save(owner, await writeProfile(join(root, 'profile'), 'linked here'));
      expect(path).toMatch(new RegExp(`/${name}\\.zip$`));
      const auth = plainRemoteAuth(join(root, 'auth'), {
        sessionExists: ({ session }) => session === name, save: () => undefined, delete: () => undefined,
        extract: async ({ path: file }) => writeFile(file, (await objects().get(path)) ?? ''),
      });
      await mkdir(join(root, 'auth'));
      await auth.beforeBrowserInitialized();
      // RemoteAuth does not wait for what it writes
      const isThere = async () => (await readLink(join(root, 'auth', name)).catch(() => '')).toString() === 'linked here';
      expect(await until(isThere, { what: 'the link', timeoutMs: 30_000 })).toBe(true);
    });

    it.each(['cut short', 'altered'])('skips one that was %s, and leaves nothing of it', async (what) => {
      const { path } = await storeIn(root).save(owner, await writeProfile(join(root, 'profile'), randomBytes(5_000)));
      const zip = Buffer.from((await objects().get(path)) ?? []);
      await objects().put(path, what === 'altered' ? zip.fill(1, 3_000, 3_001) : zip.subarray(0, zip.length - 30));
      const skipped: SkippedCopy[] = [];
      expect(await storeIn(root).restoreLatest(owner, join(root, 'new'), { onSkipped: (copy) => skipped.push(copy) })).toBeUndefined();
      expect(skipped).toMatchObject([{ path, code: 'snapshot_corrupt' }]);
      expect(await readdir(join(root, 'scratch'))).toEqual([]);
      expect(await readdir(root)).not.toContain('new.restoring');
    });
  });
});

describe('A snapshot that the disk has no room for', () => {
  it('fails, leaves nothing behind, and keeps the one before', async () => {
    const root = await mkdtemp(join(tmpdir(), 'blazz-full-'));
    const [workspaceId, sessionId] = [anId('wsp'), anId('ses')];
    const profile = await writeProfile(join(root, 'profile'), 'x');
    const args = [join(import.meta.dirname, 'snapshot-saver.ts'), join(root, 'store'), join(root, 'scratch'), workspaceId, sessionId, profile];
    const saveUnder = async (blocks: string) =>
      (await run('sh', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, ...args])).stdout;

    expect(await saveUnder('unlimited')).toBe('saved');
    const database = join(profile, 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb');
    for (const name of ['000005.ldb', '000006.ldb', '000007.ldb']) await writeFile(join(database, name), randomBytes(250_000));
    // Blocks have 512 or 1,024 bytes: room for each file's copy on the local disk, not for the snapshot of all.
    expect(await saveUnder('600')).toBe('write EFBIG');
    expect(await readdir(join(root, 'store', workspaceId, sessionId))).toEqual(['0000000001-000001.snap']);
    expect(await readdir(join(root, 'scratch'))).toEqual([]);
    await rm(root, { recursive: true, force: true });
  });
});
