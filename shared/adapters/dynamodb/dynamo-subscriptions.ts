import { DeleteCommand, GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { NewSubscription, Subscription, Subscriptions } from '../../domain/realtime/subscriptions.ts';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { connectionExpiry } from './dynamo-connections.ts';
import { connectionKey, subscriptionKey } from './keys.ts';
import { queryAll } from './query-page.ts';

/** Of those replayed: older ones are not on their way any more. */
const REMEMBERED_JOBS = 50;

/** Subscriptions, a partition for each channel; a connection's item names its channels. */
export function dynamoSubscriptions(doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): Subscriptions {
  const listedOn = listOnConnection(doc, tableName);

  return {
    async add(subscription, limit) {
      const refusal = await listedOn(subscription, limit);
      if (refusal) return refusal;
      await doc.send(new PutCommand({ TableName: tableName, Item: subscriptionItem(subscription, clock.now()) }));
      return 'added';
    },

    async remove(channel, connectionId) {
      await doc.send(new DeleteCommand({ TableName: tableName, Key: subscriptionKey(channel, connectionId) }));
      const unlist = new UpdateCommand({
        TableName: tableName,
        Key: connectionKey(connectionId),
        UpdateExpression: 'DELETE channels :channel',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':channel': new Set([channel]) },
      });
      await doc.send(unlist).catch(ignoreConditionFailure);
    },

    async listOf(channel) {
      const query = {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': subscriptionKey(channel, '').pk },
        ConsistentRead: true, // who subscribes reads the log afterwards: one of us two sees the other
      };
      return (await queryAll(doc, query)).map(subscriptionOf);
    },

    async handOver(channel, connectionId, jobId) {
      const handOver = new UpdateCommand({
        TableName: tableName,
        Key: subscriptionKey(channel, connectionId),
        UpdateExpression: 'ADD handed :job',
        ConditionExpression: 'attribute_exists(replayingUntil)',
        ExpressionAttributeValues: { ':job': new Set([jobId]) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        await doc.send(handOver);
        return true;
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        const item = oldItem(error);
        return item === undefined || subscriptionOf(item).replayed.includes(jobId);
      }
    },

    async goLive(channel, connectionId, replayed) {
      const Key = subscriptionKey(channel, connectionId);
      for (;;) {
        const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
        const handed = [...((Item?.['handed'] ?? []) as Iterable<string>)];
        const missing = handed.filter((jobId) => !replayed.includes(jobId));
        if (!Item || missing.length > 0) return missing;
        const kept = [...new Set([...replayed.slice(-REMEMBERED_JOBS), ...handed])];
        if (await becameLive(doc, { TableName: tableName, Key }, kept, handed.length)) return [];
      }
    },
  };
}

/** Enters the channel in the connection's list. `undefined`: it stands there now. */
const listOnConnection =
  (doc: DynamoDBDocumentClient, tableName: string) =>
  async ({ channel, connectionId }: NewSubscription, limit: number): Promise<'gone' | 'too-many' | undefined> => {
    const list = new UpdateCommand({
      TableName: tableName,
      Key: connectionKey(connectionId),
      UpdateExpression: 'ADD channels :own',
      ConditionExpression:
        'attribute_exists(pk) AND (attribute_not_exists(channels) OR contains(channels, :channel) OR size(channels) < :limit)',
      ExpressionAttributeValues: { ':own': new Set([channel]), ':channel': channel, ':limit': limit },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await doc.send(list);
      return undefined;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return oldItem(error) ? 'too-many' : 'gone';
    }
  };

/** `false`: a job was handed over since we looked. */
async function becameLive(
  doc: DynamoDBDocumentClient,
  target: { readonly TableName: string; readonly Key: { readonly pk: string; readonly sk: string } },
  replayed: readonly string[],
  handedCount: number,
): Promise<boolean> {
  const isUnchanged = handedCount === 0 ? 'attribute_not_exists(handed)' : 'size(handed) = :count';
  const update = new UpdateCommand({
    ...target,
    UpdateExpression: 'SET replayed = :replayed REMOVE replayingUntil, handed',
    ConditionExpression: `attribute_exists(pk) AND ${isUnchanged}`,
    ExpressionAttributeValues: { ':replayed': [...replayed], ...(handedCount > 0 && { ':count': handedCount }) },
  });
  try {
    await doc.send(update);
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return false;
  }
}

const subscriptionItem = ({ channel, connectionId, scopes, replayingUntil }: NewSubscription, nowMs: number): Item => ({
  ...subscriptionKey(channel, connectionId),
  scopes,
  ...(replayingUntil !== null && { replayingUntil }),
  expiresAtSeconds: connectionExpiry(nowMs),
});

const subscriptionOf = (item: Item): Subscription => ({
  connectionId: String(item['sk']),
  scopes: item['scopes'] as Subscription['scopes'],
  replayingUntil: item['replayingUntil'] === undefined ? null : Number(item['replayingUntil']),
  replayed: (item['replayed'] ?? []) as readonly string[],
});

function ignoreConditionFailure(error: unknown): void {
  if (!isConditionFailure(error)) throw error;
}
