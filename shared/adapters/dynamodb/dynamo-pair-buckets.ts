import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import type { PairBuckets } from '../../domain/meta/sender-leases.ts';
import { PAIR_RULE, type Bucket } from '../../domain/meta/token-bucket.ts';
import { batchGet } from './batch.ts';
import { pairKey } from './keys.ts';

const WRITES_AT_ONCE = 8;
/** An empty bucket is full again after so long, and a full one need not be kept. */
const KEPT_SECONDS = PAIR_RULE.burst / PAIR_RULE.perSecond;

/** One small item a number and person. Only the holder of the number's sender lease writes them, so no condition is needed. */
export const dynamoPairBuckets = (doc: DynamoDBDocumentClient, tableName: string): PairBuckets => ({
  async load(sessionId, peers) {
    const items = await batchGet(doc, tableName, peers.map((peer) => pairKey(sessionId, peer)), { consistent: true });
    return new Map(peers.flatMap((peer, i) => (items[i] ? [[peer, items[i]['bucket'] as Bucket] as const] : [])));
  },
  async save(sessionId, buckets) {
    const limit = pLimit(WRITES_AT_ONCE);
    const put = ([peer, bucket]: readonly [string, Bucket]) =>
      doc.send(new PutCommand({ TableName: tableName, Item: { ...pairKey(sessionId, peer), bucket, expiresAtSeconds: Math.ceil(bucket.at / 1_000 + KEPT_SECONDS) } }));
    await Promise.all([...buckets].map((entry) => limit(put, entry)));
  },
});
