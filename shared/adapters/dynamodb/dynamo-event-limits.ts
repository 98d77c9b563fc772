import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../domain/clock.ts';
import type { EventLimits } from '../../domain/ingest/ingest-guards.ts';
import { takeTokens, type TokenBuckets } from '../../domain/ingest/token-buckets.ts';
import { isConditionFailure } from './conditions.ts';
import { eventLimitsKey } from './keys.ts';

const TRIES = 5;
const BUSY_MS = 1_000;
const FULL_AFTER_SECONDS = 180; // two minutes fill the deepest debt there can be

interface Stored extends TokenBuckets {
  readonly version: number;
}

/** One item a session with the buckets of all kinds: one read and one conditional write a batch. */
export const dynamoEventLimits = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock): EventLimits => {
  const load = async (sessionId: string): Promise<Stored | undefined> =>
    (await doc.send(new GetCommand({ TableName: tableName, Key: eventLimitsKey(sessionId), ConsistentRead: true }))).Item as Stored | undefined;

  /** `false`: somebody else took tokens since we looked. */
  const save = async (sessionId: string, { at, left }: TokenBuckets, seen: number): Promise<boolean> => {
    const expiresAtSeconds = Math.ceil(at / 1_000) + FULL_AFTER_SECONDS;
    const request = new PutCommand({
      TableName: tableName,
      Item: { ...eventLimitsKey(sessionId), at, left, version: seen + 1, expiresAtSeconds },
      ConditionExpression: 'attribute_not_exists(pk) OR version = :seen',
      ExpressionAttributeValues: { ':seen': seen },
    });
    return doc.send(request).then(() => true, (error: unknown) => {
      if (isConditionFailure(error)) return false;
      throw error;
    });
  };

  return {
    async take(sessionId, wanted) {
      for (let tries = TRIES; tries > 0; tries--) {
        const stored = await load(sessionId);
        const taken = takeTokens(stored, wanted, clock.now());
        if (!taken.isTaken) return { isAllowed: false, kind: taken.kind, retryAfterMs: taken.waitMs };
        if (await save(sessionId, taken.buckets, stored?.version ?? 0)) return { isAllowed: true };
      }
      return { isAllowed: false, kind: 'other', retryAfterMs: BUSY_MS };
    },
  };
};
