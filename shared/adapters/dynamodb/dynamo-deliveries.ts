import { GetCommand, PutCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { deliveryNotFound } from '../../domain/errors.ts';
import type { Deliveries, Delivery } from '../../domain/webhooks/webhooks.ts';
import { batchGet, insertOnce } from './batch.ts';
import { isConditionFailure } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { attemptItem, attemptOf, changeUpdate, deliveryItem, deliveryOf } from './delivery-item.ts';
import { filteredQuery } from './delivery-query.ts';
import { attemptKey, deliveryKey, dueDeliveriesOf, dueSort, laneOfChat, laneSort, type Key } from './keys.ts';
import { markWebhooks } from './mark-webhooks.ts';
import { queryAll, queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

const END_OF_TIME = 9_999_999_999_999;

/** Deliveries, a partition for each webhook. Indexes list those that wait for an attempt, and for their turn in a chat. */
export function dynamoDeliveries(doc: DynamoDBDocumentClient, tableName: string): Deliveries {
  const mark = markWebhooks(doc, tableName);
  const dueUntil = (webhookId: string, untilMs: number): QueryCommandInput => ({
    TableName: tableName,
    IndexName: INDEX.gsi2,
    KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk <= :until',
    ExpressionAttributeValues: { ':pk': dueDeliveriesOf(webhookId), ':until': dueSort(untilMs, '~') },
  });

  /** An index lags a little: what it names is read again, so that nothing is sent on old news. */
  async function pendingAmong(query: QueryCommandInput, limit: number): Promise<readonly Delivery[]> {
    const { Items = [] } = await doc.send(new QueryCommand({ ...query, Limit: limit }));
    const items = await batchGet(doc, tableName, Items as unknown as Key[], { consistent: true });
    return items.flatMap((item) => (item?.['status'] === 'pending' ? [deliveryOf(item)] : []));
  }

  return {
    async insertMany(deliveries) {
      await mark(deliveries.filter(({ status }) => status === 'pending'));
      const inserted = await insertOnce(doc, tableName, deliveries.map(deliveryItem));
      return deliveries.filter((_, i) => inserted[i]);
    },

    async get(workspaceId, webhookId, deliveryId) {
      const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: deliveryKey(webhookId, deliveryId), ConsistentRead: true }));
      if (Item?.['workspaceId'] !== workspaceId) throw deliveryNotFound(deliveryId);
      return deliveryOf(Item);
    },

    async getMany(workspaceId, webhookId, deliveryIds) {
      const keys = [...new Set(deliveryIds)].map((id) => deliveryKey(webhookId, id));
      const items = await batchGet(doc, tableName, keys, { consistent: true });
      return items.flatMap((item) => (item?.['workspaceId'] === workspaceId ? [deliveryOf(item)] : []));
    },

    list(workspaceId, webhookId, { limit, cursor, oldestFirst = false }, filter = {}) {
      const { status, eventTypes, since, until } = filter;
      const list = listName(workspaceId, webhookId, 'deliveries', status, eventTypes?.join(), since?.toString(), until?.toString(), String(oldestFirst));
      const before = decodeCursor(list, cursor);
      const query = {
        ...filteredQuery(tableName, workspaceId, webhookId, filter),
        ScanIndexForward: oldestFirst,
        ...(before !== undefined && { ExclusiveStartKey: deliveryKey(webhookId, before) }),
      };
      return queryPage(doc, query, limit, deliveryOf, (last) => encodeCursor(list, String(last['id'])));
    },

    async count(workspaceId, webhookId, filter) {
      const query = filteredQuery(tableName, workspaceId, webhookId, filter);
      let [counted, start]: [number, Record<string, unknown> | undefined] = [0, undefined];
      do {
        const page: { Count?: number; LastEvaluatedKey?: Record<string, unknown> } = await doc.send(new QueryCommand({ ...query, Select: 'COUNT', ExclusiveStartKey: start }));
        counted += page.Count ?? 0;
        start = page.LastEvaluatedKey;
      } while (start);
      return counted;
    },

    async record(delivery, change) {
      const isFurther = delivery.lastAttemptAt !== null && change.attempts > delivery.attempts;
      if (isFurther) await doc.send(new PutCommand({ TableName: tableName, Item: attemptItem(delivery) }));
      const Key = deliveryKey(delivery.webhookId, delivery.id);
      try {
        await doc.send(new UpdateCommand({ TableName: tableName, Key, ...changeUpdate(delivery, change) }));
        return true;
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        return false;
      }
    },

    async log(delivery) {
      const { pk, sk } = attemptKey(delivery.webhookId, delivery.id, 0);
      const query = {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :tries)',
        ExpressionAttributeValues: { ':pk': pk, ':tries': sk.slice(0, sk.lastIndexOf('#') + 1) },
      };
      const before = (await queryAll(doc, query)).map(attemptOf);
      return delivery.lastAttemptAt === null ? before : [...before, attemptOf({ ...delivery })];
    },

    listDue: (webhookId, nowMs, limit) => pendingAmong(dueUntil(webhookId, nowMs), limit),

    async nextDueAt(webhookId) {
      const { Items = [] } = await doc.send(new QueryCommand({ ...dueUntil(webhookId, END_OF_TIME), Limit: 1 }));
      return (Items[0]?.['nextAttemptAt'] as number | undefined) ?? null;
    },

    listLane(webhookId, chatId, limit, after) {
      const place = after ? laneSort(after.event.sequence ?? 0, after.id) : '';
      const query = {
        TableName: tableName,
        IndexName: INDEX.gsi1,
        KeyConditionExpression: 'gsi1pk = :lane AND gsi1sk > :after',
        ExpressionAttributeValues: { ':lane': laneOfChat(webhookId, chatId), ':after': place || ' ' },
      };
      return pendingAmong(query, limit);
    },
  };
}
