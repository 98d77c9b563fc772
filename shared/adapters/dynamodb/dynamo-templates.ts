import { DeleteCommand, GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { templateNotFound } from '../../domain/errors.ts';
import type { Template, TemplateFilter, Templates } from '../../domain/templates/templates.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { templateKey } from './keys.ts';
import { queryAll, queryPage } from './query-page.ts';

/** Templates lie in their workspace's partition, so a key can only ever reach its own workspace's. */
export const dynamoTemplates = (doc: DynamoDBDocumentClient, tableName: string): Templates => ({
  async get(workspaceId, templateId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: templateKey(workspaceId, templateId), ConsistentRead: true }));
    if (!Item) throw templateNotFound(templateId);
    return templateOf(Item);
  },

  list(workspaceId, { limit, cursor }, filter = {}) {
    const list = listName(workspaceId, 'templates', filter.status, filter.name);
    const after = decodeCursor(list, cursor);
    const query = {
      TableName: tableName,
      ...templatesIn(workspaceId, filter),
      ...(after !== undefined && { ExclusiveStartKey: templateKey(workspaceId, after) }),
    };
    return queryPage(doc, query, limit, templateOf, (last) => encodeCursor(list, String(last['id'])));
  },

  async listOfAccount(workspaceId, businessAccountId) {
    return (await queryAll(doc, { TableName: tableName, ...templatesIn(workspaceId, { businessAccountId }) })).map(templateOf);
  },

  async save({ createdAt, ...rest }) {
    const { Attributes } = await doc.send(new UpdateCommand({
      TableName: tableName,
      Key: templateKey(rest.workspaceId, rest.id),
      ...setting(rest, 'createdAt = if_not_exists(createdAt, :createdAt)', { ':createdAt': createdAt }),
      ReturnValues: 'ALL_OLD',
    }));
    return Attributes?.['id'] === undefined ? undefined : templateOf(Attributes);
  },

  async review(workspaceId, templateId, { status, rejectedReason, at }) {
    const update = new UpdateCommand({
      TableName: tableName,
      Key: templateKey(workspaceId, templateId),
      ...setting({ status, rejectedReason, updatedAt: at }),
      ConditionExpression: 'attribute_exists(pk)',
      ReturnValues: 'ALL_OLD',
    });
    const { Attributes } = await doc.send(update).catch((error: unknown) => {
      if (isConditionFailure(error)) return { Attributes: undefined };
      throw error;
    });
    if (!Attributes) return undefined;
    const before = templateOf(Attributes);
    return { before, after: { ...before, status, rejectedReason, updatedAt: at } };
  },

  async delete(workspaceId, templateId) {
    await doc.send(new DeleteCommand({ TableName: tableName, Key: templateKey(workspaceId, templateId) }));
  },
});

function setting(fields: Readonly<Record<string, unknown>>, more?: string, values: Readonly<Record<string, unknown>> = {}) {
  const entries = Object.entries(fields);
  return {
    UpdateExpression: `SET ${[...entries.map(([name]) => `#${name} = :${name}`), ...(more === undefined ? [] : [more])].join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: { ...Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])), ...values },
  };
}

function templatesIn(workspaceId: string, filter: TemplateFilter & { readonly businessAccountId?: string }) {
  const terms = Object.entries(filter).filter(([, value]) => value !== undefined);
  return {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :templates)',
    ExpressionAttributeValues: {
      ':pk': templateKey(workspaceId, '').pk,
      ':templates': templateKey('', '').sk,
      ...Object.fromEntries(terms.map(([name, value]) => [`:${name}`, value])),
    },
    ...(terms.length > 0 && {
      FilterExpression: terms.map(([name]) => `#${name} = :${name}`).join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(terms.map(([name]) => [`#${name}`, name])),
    }),
  };
}

function templateOf(item: Item): Template {
  const { id, workspaceId, businessAccountId, metaId, name, language, category, status, rejectedReason, parameterFormat, components, createdAt, updatedAt } = item as unknown as Template;
  return { id, workspaceId, businessAccountId, metaId, name, language, category, status, rejectedReason, parameterFormat, components, createdAt, updatedAt };
}
