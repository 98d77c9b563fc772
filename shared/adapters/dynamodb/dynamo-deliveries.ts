import { GetCommand, PutCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { deliveryNotFound } from '../../domain/errors.ts';
import type { Deliveries, Delivery, DeliveryFilter } from '../../domain/webhooks/webhooks.ts';
import { toBase32 } from '../../identity/base32.ts';
import { batchGet, insertOnce } from './batch.ts';
import { isConditionFailure } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { attemptItem, attemptOf, changeUpdate, deliveryItem, deliveryOf } from './delivery-item.ts';
import { dynamoWebhookWork } from './dynamo-webhook-work.ts';
import { attemptKey, deliveryKey, dueDeliveriesOf, dueSort, laneOfChat, laneSort, type Key } from './keys.ts';
import { queryAll, queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

/** How long a note that there is work may stand for the deliveries that follow; well below `MARK_KEPT_MS`. */
const MARKED_AGAIN_MS = 10_000;
const MOST_REMEMBERED = 5_000;
const END_OF_TIME = 9_999_999_999_999;

/** Deliveries, a partition for each webhook. Indexes list those that wait for an attempt, and for their turn in a chat. */
export function dynamoDeliveries(doc: DynamoDBDocumentClient, tableName: string): Deliveries {
  const mark = marking(doc, tableName);
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

/** Notes that there is work for the webhooks of these deliveries, unless it was noted a moment ago. */
function marking(doc: DynamoDBDocumentClient, tableName: string) {
  const work = dynamoWebhookWork(doc, tableName);
  const marked = new Map<string, number>();
  return async (deliveries: readonly Delivery[]): Promise<void> => {
    const newest = new Map(deliveries.map((delivery) => [delivery.webhookId, delivery]));
    await Promise.all([...newest.values()].map(async (delivery) => {
      const { webhookId, createdAt } = delivery;
      const before = marked.get(webhookId);
      if (before !== undefined && createdAt < before + MARKED_AGAIN_MS) return;
      await work.mark(delivery, createdAt);
      if (marked.size >= MOST_REMEMBERED) marked.clear();
      marked.set(webhookId, createdAt);
    }));
  };
}

/** Ids begin with the time of their event, so a span of time is a span of keys. */
function filteredQuery(tableName: string, workspaceId: string, webhookId: string, { status, eventTypes, since, until }: DeliveryFilter) {
  const { pk } = deliveryKey(webhookId, '');
  const types = eventTypes?.map((type, i) => [`:type${i}`, type] as const) ?? [];
  const conditions = [
    'workspaceId = :workspaceId',
    ...(status ? ['#status = :status'] : []),
    ...(types.length > 0 ? [`#event.#type IN (${types.map(([name]) => name).join(', ')})`] : []),
  ];
  return {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    FilterExpression: conditions.join(' AND '),
    ...((status || types.length > 0) && {
      ExpressionAttributeNames: { ...(status && { '#status': 'status' }), ...(types.length > 0 && { '#event': 'event', '#type': 'type' }) },
    }),
    ExpressionAttributeValues: {
      ':pk': pk,
      ':from': deliveryKey(webhookId, since === undefined ? '' : idsAt(since)).sk,
      ':to': deliveryKey(webhookId, `${until === undefined ? '' : idsAt(until)}~`).sk,
      ':workspaceId': workspaceId,
      ...(status && { ':status': status }),
      ...Object.fromEntries(types),
    },
  };
}

const idsAt = (ms: number): string => `dlv_${toBase32(BigInt(ms), 10)}`;
