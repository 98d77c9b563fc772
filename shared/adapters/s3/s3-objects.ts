import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore, StoredObject } from '../../domain/objects/object-store.ts';

/** Longest one call may take; a snapshot of a hundred megabytes passes in far less within a region. */
const REQUEST_TIMEOUT_MS = 60_000;
const MOST_KEYS_A_CALL = 1_000;

const bounded = () => ({ abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

/** Objects of one bucket, each encrypted under the key given (its ARN), which the bucket's policy may demand. */
export const s3Objects = (client: S3Client, bucket: string, keyArn: string): ObjectStore => ({
  async put(key, content) {
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true }),
      bounded(),
    );
  },

  async get(key) {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), bounded());
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  },

  async list(prefix) {
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }), bounded());
      for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) found.push({ key: Key, bytes: Size ?? 0 });
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  },

  async remove(keys) {
    for (let from = 0; from < keys.length; from += MOST_KEYS_A_CALL) {
      const Objects = keys.slice(from, from + MOST_KEYS_A_CALL).map((Key) => ({ Key }));
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }), bounded());
      if (Errors[0]) throw new Error(`${Errors.length} objects were not deleted: ${Errors[0].Code}`);
    }
  },
});
