import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PacingState } from '../../domain/pacing/pacing.ts';
import type { PacingStore } from '../../domain/pacing/pacing-store.ts';
import { pacingKey } from './keys.ts';

/** One small item a session. Only the session's owner writes it, so no condition is needed. */
export const dynamoPacing = (doc: DynamoDBDocumentClient, tableName: string): PacingStore => ({
  async load(sessionId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: pacingKey(sessionId), ConsistentRead: true }));
    return Item?.['state'] as PacingState | undefined;
  },

  async save(sessionId, state) {
    await doc.send(new PutCommand({ TableName: tableName, Item: { ...pacingKey(sessionId), state } }));
  },
});
