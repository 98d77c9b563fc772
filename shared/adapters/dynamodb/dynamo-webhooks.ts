import { DeleteCommand, GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { webhookNotFound } from '../../domain/errors.ts';
import type { Webhook, Webhooks } from '../../domain/webhooks/webhooks.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { webhookKey } from './keys.ts';
import { queryAll, queryPage } from './query-page.ts';

/** Webhooks lie in their workspace's partition, so a key can only ever reach its own workspace's. */
export const dynamoWebhooks = (doc: DynamoDBDocumentClient, tableName: string): Webhooks => ({
  async insert(webhook) {
    const Item = { ...webhookKey(webhook.workspaceId, webhook.id), ...webhook };
    await doc
      .send(new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }))
      .catch((error: unknown) => {
        if (!isConditionFailure(error)) throw error; // derived from the request: an earlier try made it
      });
  },

  async get(workspaceId, webhookId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: webhookKey(workspaceId, webhookId), ConsistentRead: true }));
    if (!Item) throw webhookNotFound(webhookId);
    return webhookOf(Item);
  },

  list(workspaceId, { limit, cursor }) {
    const list = listName(workspaceId, 'webhooks');
    const before = decodeCursor(list, cursor);
    const query = {
      TableName: tableName,
      ScanIndexForward: false,
      ...webhooksIn(workspaceId),
      ...(before !== undefined && { ExclusiveStartKey: webhookKey(workspaceId, before) }),
    };
    return queryPage(doc, query, limit, webhookOf, (last) => encodeCursor(list, String(last['id'])));
  },

  async listAll(workspaceId) {
    return (await queryAll(doc, { TableName: tableName, ...webhooksIn(workspaceId) })).map(webhookOf);
  },

  async update(workspaceId, webhookId, change) {
    const fields = Object.entries(change).filter(([, value]) => value !== undefined);
    const update = new UpdateCommand({
      TableName: tableName,
      Key: webhookKey(workspaceId, webhookId),
      UpdateExpression: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
      ReturnValues: 'ALL_NEW',
    });
    const { Attributes = {} } = await doc.send(update).catch((error: unknown) => {
      throw isConditionFailure(error) ? webhookNotFound(webhookId) : error;
    });
    return webhookOf(Attributes);
  },

  async disable(workspaceId, webhookId, { disabledReason, disabledAt }) {
    const update = new UpdateCommand({
      TableName: tableName,
      Key: webhookKey(workspaceId, webhookId),
      UpdateExpression: 'SET enabled = :off, disabledReason = :reason, disabledAt = :at',
      ConditionExpression: 'enabled = :on',
      ExpressionAttributeValues: { ':off': false, ':on': true, ':reason': disabledReason, ':at': disabledAt },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const { webhook } = await updateUnlessMoved(doc, webhookId, update);
    return webhook;
  },

  async rotate(workspaceId, webhookId, seen, { secret, previousSecrets, rotationId }) {
    const update = new UpdateCommand({
      TableName: tableName,
      Key: webhookKey(workspaceId, webhookId),
      UpdateExpression: 'SET secret = :secret, previousSecrets = :previous, rotationId = :rotation',
      ConditionExpression: 'secret = :seen',
      ExpressionAttributeValues: { ':secret': secret, ':previous': previousSecrets, ':rotation': rotationId, ':seen': seen },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const { webhook, isUpdated } = await updateUnlessMoved(doc, webhookId, update);
    return isUpdated ? webhook : undefined;
  },

  async delete(workspaceId, webhookId) {
    const Key = webhookKey(workspaceId, webhookId);
    await doc
      .send(new DeleteCommand({ TableName: tableName, Key, ConditionExpression: 'attribute_exists(pk)' }))
      .catch((error: unknown) => {
        throw isConditionFailure(error) ? webhookNotFound(webhookId) : error;
      });
  },
});

/** As it is now: with the update, or as somebody else has left it meanwhile. Throws `webhook_not_found`. */
async function updateUnlessMoved(doc: DynamoDBDocumentClient, webhookId: string, update: UpdateCommand): Promise<{ readonly webhook: Webhook; readonly isUpdated: boolean }> {
  try {
    return { webhook: webhookOf((await doc.send(update)).Attributes ?? {}), isUpdated: true };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const met = oldItem(error);
    if (!met) throw webhookNotFound(webhookId);
    return { webhook: webhookOf(met), isUpdated: false };
  }
}

const webhooksIn = (workspaceId: string) => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :webhooks)',
  ExpressionAttributeValues: { ':pk': webhookKey(workspaceId, '').pk, ':webhooks': 'WHK#' },
});

function webhookOf(item: Item): Webhook {
  const { id, workspaceId, url, events, enabled, disabledReason, secret, createdAt } = item as unknown as Webhook;
  const { ordered = false, disabledAt = null, previousSecrets = [], rotationId = null } = item as Partial<Webhook>;
  return { id, workspaceId, url, events, ordered, enabled, disabledReason, disabledAt, secret, previousSecrets, rotationId, createdAt };
}
