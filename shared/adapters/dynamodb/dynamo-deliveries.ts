import { GetCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deliveryNotFound } from '../../domain/errors.ts';
import type { Deliveries, Delivery, DeliveryResult } from '../../domain/webhooks/webhooks.ts';
import { insertOnce } from './batch.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { deliveryKey, DUE_DELIVERIES, dueSort } from './keys.ts';
import { queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

const KEPT_SECONDS = 30 * 24 * 3_600;

/** Deliveries, a partition for each webhook. The index lists those that wait for an attempt. */
export const dynamoDeliveries = (doc: DynamoDBDocumentClient, tableName: string): Deliveries => ({
  async insertMany(deliveries) {
    const inserted = await insertOnce(doc, tableName, deliveries.map(deliveryItem));
    return deliveries.filter((_, i) => inserted[i]);
  },

  async get(workspaceId, webhookId, deliveryId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: deliveryKey(webhookId, deliveryId), ConsistentRead: true }));
    if (Item?.['workspaceId'] !== workspaceId) throw deliveryNotFound(deliveryId);
    return deliveryOf(Item);
  },

  list(workspaceId, webhookId, { limit, cursor }, status) {
    const list = listName(workspaceId, webhookId, 'deliveries', status);
    const before = decodeCursor(list, cursor);
    const query = {
      TableName: tableName,
      ScanIndexForward: false,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: `workspaceId = :workspaceId${status ? ' AND #status = :status' : ''}`,
      ...(status && { ExpressionAttributeNames: { '#status': 'status' } }),
      ExpressionAttributeValues: {
        ':pk': deliveryKey(webhookId, '').pk,
        ':workspaceId': workspaceId,
        ...(status && { ':status': status }),
      },
      ...(before !== undefined && { ExclusiveStartKey: deliveryKey(webhookId, before) }),
    };
    return queryPage(doc, query, limit, deliveryOf, (last) => encodeCursor(list, String(last['id'])));
  },

  async record(delivery, result) {
    const Key = deliveryKey(delivery.webhookId, delivery.id);
    try {
      await doc.send(new UpdateCommand({ TableName: tableName, Key, ...resultUpdate(delivery, result) }));
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  },

  async listDue(nowMs, limit) {
    const query = new QueryCommand({
      TableName: tableName,
      IndexName: INDEX.gsi2,
      KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk <= :until',
      ExpressionAttributeValues: { ':pk': DUE_DELIVERIES, ':until': dueSort(nowMs, '~') },
      Limit: limit,
    });
    const { Items = [] } = await doc.send(query);
    return Items.map(deliveryOf);
  },
});

const dueIndex = (id: string, nextAttemptAt: number | null): Item =>
  nextAttemptAt === null ? {} : { gsi2pk: DUE_DELIVERIES, gsi2sk: dueSort(nextAttemptAt, id) };

const deliveryItem = (delivery: Delivery): Item => ({
  ...deliveryKey(delivery.webhookId, delivery.id),
  ...dueIndex(delivery.id, delivery.nextAttemptAt),
  ...delivery,
  expiresAtSeconds: Math.floor(delivery.createdAt / 1_000) + KEPT_SECONDS,
});

function resultUpdate(delivery: Delivery, result: DeliveryResult) {
  const set = { ...result, ...dueIndex(delivery.id, result.nextAttemptAt) };
  const names = Object.keys(set);
  const values = Object.entries(set).map(([name, value]) => [`:${name}`, value]);
  const leaveIndex = result.nextAttemptAt === null ? ' REMOVE gsi2pk, gsi2sk' : '';
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}${leaveIndex}`,
    ConditionExpression: '#attempts = :seen',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ...Object.fromEntries(values), ':seen': delivery.attempts },
  };
}

function deliveryOf(item: Item): Delivery {
  const { id, workspaceId, webhookId, event, status, attempts, nextAttemptAt } = item as unknown as Delivery;
  const { lastAttemptAt, responseStatus, error, createdAt } = item as unknown as Delivery;
  return { id, workspaceId, webhookId, event, status, attempts, nextAttemptAt, lastAttemptAt, responseStatus, error, createdAt };
}
