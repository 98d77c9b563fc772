import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { request } from 'undici';
import { BucketServer } from '../../local/buckets/bucket-server.ts';
import { s3MediaStore } from '../../shared/adapters/s3/s3-media-store.ts';
import type { UploadTarget } from '../../shared/domain/media/media-store.ts';
import type { MediaStoreUnderTest } from '../contract/media-store.contract.ts';

const SECRET_KEY = 'test'; // as all test clients have it

export interface TestMediaBucket extends MediaStoreUnderTest {
  readonly client: S3Client;
  readonly endpoint: string;
  readonly name: string;
  stop(): Promise<void>;
}

/** A PUT as a program makes it, with the headers it was told and no others of consequence; the status it gets. */
export async function uploadTo({ url, headers }: UploadTarget, content: Buffer): Promise<number> {
  const { statusCode, body } = await request(url, { method: 'PUT', headers: { ...headers, 'content-length': String(content.length) }, body: content });
  await body.dump();
  return statusCode;
}

export async function openLink(link: string): Promise<Buffer | undefined> {
  const response = await fetch(link);
  return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
}

/** The local host's S3 with one bucket, and the store on it. */
export async function startMediaBucket(): Promise<TestMediaBucket> {
  const folder = await mkdtemp(join(tmpdir(), 'blazz-media-'));
  const server = await BucketServer.start(folder, SECRET_KEY);
  const name = 'blazz-test-media';
  server.create(name, [{ AllowedOrigins: ['https://shop.example'], AllowedMethods: ['PUT'], AllowedHeaders: ['content-type'] }]);
  const client = new S3Client({
    endpoint: server.endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: SECRET_KEY },
    requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    client, name,
    endpoint: server.endpoint,
    store: s3MediaStore(client, name),
    upload: uploadTo,
    open: openLink,
    async stop() {
      client.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
