import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Listening } from '../../domain/realtime/connections.ts';
import { isConditionFailure } from './conditions.ts';
import { listeningKey } from './keys.ts';

/** One item a workspace that ever had a listener: `sinceMs` and `untilMs`, and nothing while they lie in the past. */
export const dynamoListening = (doc: DynamoDBDocumentClient, tableName: string): Listening => ({
  async note(workspaceId, nowMs, untilMs) {
    const Key = listeningKey(workspaceId);
    const goOn = new UpdateCommand({
      TableName: tableName,
      Key,
      UpdateExpression: 'SET untilMs = :until, expiresAtSeconds = :expiry',
      ConditionExpression: 'untilMs >= :now',
      ExpressionAttributeValues: { ':until': untilMs, ':now': nowMs, ':expiry': expiryOf(untilMs) },
    });
    const begin = new UpdateCommand({
      TableName: tableName,
      Key,
      UpdateExpression: 'SET sinceMs = :now, untilMs = :until, expiresAtSeconds = :expiry',
      ConditionExpression: 'attribute_not_exists(untilMs) OR untilMs < :now', // else somebody else began just now
      ExpressionAttributeValues: { ':until': untilMs, ':now': nowMs, ':expiry': expiryOf(untilMs) },
    });
    if (await succeeds(doc.send(goOn))) return;
    await succeeds(doc.send(begin));
  },

  async since(workspaceId, nowMs) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: listeningKey(workspaceId), ConsistentRead: true }));
    return Item && Number(Item['untilMs']) >= nowMs ? Number(Item['sinceMs']) : undefined;
  },
});

const expiryOf = (untilMs: number): number => Math.ceil(untilMs / 1_000) + 60;

async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}
