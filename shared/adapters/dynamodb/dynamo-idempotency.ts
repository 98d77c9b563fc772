import { DeleteCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import type { Attempt, Beginning, IdempotencyRecords, RecordedResponse } from '../../domain/idempotency/idempotency-records.ts';
import { isConditionFailure, oldItem } from './conditions.ts';
import { idempotencyKey } from './keys.ts';

const KEPT_SECONDS = 24 * 3600;
const ABANDONED_AFTER_MS = 60_000; // longer than any of our functions may run
const NEVER = 0;

interface Stored {
  readonly requestHash: string;
  readonly startedAt: number;
  readonly attemptAt: number;
  readonly answer: RecordedResponse | null; // `null` while in progress
}

export function dynamoIdempotency(doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): IdempotencyRecords {
  /** Puts the record of a new request. The one that is there already comes back instead. */
  const insert = async (attempt: Attempt, requestHash: string): Promise<Stored | undefined> => {
    const { workspaceId, key, startedAt, attemptAt } = attempt;
    const nowSeconds = Math.floor(startedAt / 1000);
    try {
      await doc.send(new PutCommand({
        TableName: tableName,
        Item: {
          ...idempotencyKey(workspaceId, key),
          requestHash, startedAt, attemptAt, answer: null, expiresAtSeconds: nowSeconds + KEPT_SECONDS,
        },
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAtSeconds <= :now', // the TTL deletes late
        ExpressionAttributeValues: { ':now': nowSeconds },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }));
      return undefined;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return oldItem(error) as unknown as Stored;
    }
  };

  /** `false`: another run has taken over since. */
  const ifStillOurs = async ({ workspaceId, key, attemptAt }: Attempt, change: string, values = {}): Promise<boolean> =>
    doc.send(new UpdateCommand({
      TableName: tableName,
      Key: idempotencyKey(workspaceId, key),
      UpdateExpression: change,
      ConditionExpression: 'attemptAt = :ours',
      ExpressionAttributeValues: { ':ours': attemptAt, ...values },
    })).then(() => true, ifConditionFailed);

  return {
    async begin(workspaceId, key, requestHash): Promise<Beginning> {
      const now = clock.now();
      const attempt: Attempt = { workspaceId, key, startedAt: now, attemptAt: now };
      const stored = await insert(attempt, requestHash);
      if (!stored) return { outcome: 'begun', attempt };
      if (stored.requestHash !== requestHash) return { outcome: 'reused' };
      if (stored.answer) return { outcome: 'done', response: stored.answer };
      if (stored.attemptAt > now - ABANDONED_AFTER_MS) return { outcome: 'in-progress' };
      const earlier = { ...attempt, startedAt: stored.startedAt, attemptAt: stored.attemptAt };
      const isTakenOver = await ifStillOurs(earlier, 'SET attemptAt = :now', { ':now': now });
      return isTakenOver ? { outcome: 'begun', attempt: { ...earlier, attemptAt: now } } : { outcome: 'in-progress' };
    },

    async complete(attempt, response) {
      await ifStillOurs(attempt, 'SET answer = :answer', { ':answer': response });
    },

    async forget({ workspaceId, key, attemptAt }) {
      await doc.send(new DeleteCommand({
        TableName: tableName,
        Key: idempotencyKey(workspaceId, key),
        ConditionExpression: 'attemptAt = :ours',
        ExpressionAttributeValues: { ':ours': attemptAt },
      })).catch(ifConditionFailed);
    },

    async release(attempt) {
      await ifStillOurs(attempt, 'SET attemptAt = :never', { ':never': NEVER });
    },
  };
}

function ifConditionFailed(error: unknown): false {
  if (isConditionFailure(error)) return false;
  throw error;
}
