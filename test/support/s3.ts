import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface TestBucket {
  readonly client: S3Client;
  readonly name: string;
  stop(): Promise<void>;
}

/** An S3 of its own with one bucket, in this process and in memory. */
export async function startBucket(): Promise<TestBucket> {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  const name = 'blazz-test-profiles';
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return {
    client,
    name,
    async stop() {
      client.destroy();
      await app.close();
    },
  };
}
