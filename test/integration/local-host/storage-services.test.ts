import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeFileSystemsCommand, EFSClient } from '@aws-sdk/client-efs';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AwsJsonServer } from '../../../local/aws-json/aws-json-server.ts';
import { BucketServer } from '../../../local/buckets/bucket-server.ts';
import { fileSystemActions } from '../../../local/efs/file-systems.ts';
import type { Deployment, Resource } from '../../../local/template/deployment.ts';
import { identify } from '../../../local/template/identity.ts';
import { StoreWatch } from '../../../fleet/storage/store-watch.ts';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { efsFileSystem } from '../../../shared/adapters/efs/efs-file-system.ts';
import { s3Objects } from '../../../shared/adapters/s3/s3-objects.ts';
import { until } from '../../../local/client/until.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const REGION = 'eu-west-1';
const PLACE = { account: '000000000000', region: REGION, sqsEndpoint: '' };
const settings = { region: REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };

const resource = (type: string, logicalId: string, properties: Record<string, unknown> = {}): Resource => ({
  ...identify({ stack: 'fleet', logicalId, type, property: (name) => properties[name] }, PLACE), stack: 'fleet', logicalId, type, properties,
});

describe('the services of the local host that keep sessions', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-storage-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  describe('EFS, to the real SDK', () => {
    const files = resource('AWS::EFS::FileSystem', 'Files', { Encrypted: true });
    const mounts = ['a', 'b'].map((zone) => resource('AWS::EFS::MountTarget', `Mount${zone}`, { FileSystemId: files.ref, SubnetId: zone }));
    const deployment: Deployment = {
      region: REGION, assetFolder: () => '', list: (...types) => [files, ...mounts].filter(({ type }) => types.includes(type)),
    };
    let server: AwsJsonServer;
    let client: EFSClient;

    beforeAll(async () => {
      await mkdir(join(root, 'efs/wsp/ses'), { recursive: true });
      await writeFile(join(root, 'efs/wsp/ses/one.snap'), Buffer.alloc(7_000));
      server = await AwsJsonServer.start(() => fileSystemActions(deployment, join(root, 'efs')));
      client = new EFSClient({ ...settings, endpoint: server.endpoint });
    });
    afterAll(() => server.stop());

    it('tells what really lies in the folder, and that every zone reaches it', async () => {
      expect(await efsFileSystem(files.ref, client).look()).toEqual({ bytes: 7_000, state: 'available', mounts: 2, mountsAvailable: 2 });
    });

    it('knows no file system but those of the template', async () => {
      await expect(client.send(new DescribeFileSystemsCommand({ FileSystemId: 'fs-0123456789abcdef0' }))).rejects.toMatchObject({ name: 'FileSystemNotFound' });
    });

    it('is what the metrics of an instance say, and 0 when nobody can tell', async () => {
      const metrics = fleetMetrics();
      const watchOn = (fileSystemId: string) => new StoreWatch({ fileSystem: efsFileSystem(fileSystemId, client), metrics, log: silentLog });
      const line = async (text: string) => (await metrics.registry.metrics()).includes(`\n${text}\n`);
      const watch = watchOn(files.ref);
      watch.start();
      await until(() => line('blazz_session_store_bytes 7000'), { what: 'the size', timeoutMs: 30_000 });
      expect(await line('blazz_session_store_available 1')).toBe(true);
      watch.stop();
      const lost = watchOn('fs-0123456789abcdef0');
      lost.start();
      await until(() => line('blazz_session_store_available 0'), { what: 'the loss', timeoutMs: 30_000 });
      lost.stop();
    });
  });

  describe('S3', () => {
    it('has after a restart what was in its buckets, and not what was deleted', async () => {
      const { name } = resource('AWS::S3::Bucket', 'SessionProfiles');
      const open = async () => {
        const server = await BucketServer.start(join(root, 's3'));
        server.create(name);
        const client = new S3Client({ ...settings, endpoint: server.endpoint });
        return { server, client, objects: s3Objects(client, name, 'key') };
      };
      const first = await open();
      for (const key of ['a/1.zip', 'a/2.zip', 'a..b/%2e', 'ü b']) await first.objects.put(key, Buffer.from(key));
      await first.objects.put('a/2.zip', Buffer.from('changed'));
      await first.objects.remove(['a/1.zip']);
      await first.server.stop(); // whatever was answered is in the files: a kill would lose no more
      const second = await open();
      expect((await second.objects.list('')).map(({ key }) => key)).toEqual(['a..b/%2e', 'a/2.zip', 'ü b']);
      expect(Buffer.from((await second.objects.get('a/2.zip')) ?? []).toString()).toBe('changed');
      await expect(second.client.send(new GetObjectCommand({ Bucket: name, Key: 'a/1.zip' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
      await second.server.stop();
    });
  });
});
