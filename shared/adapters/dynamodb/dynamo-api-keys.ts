import { DeleteCommand, GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ApiKey, ApiKeys } from '../../domain/access/api-keys.ts';
import { apiKeyNotFound } from '../../domain/errors.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { apiKeyKey, keysOfWorkspace } from './keys.ts';
import { queryAll, queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

const HOUR_MS = 3_600_000;

/** Keys lie under their hash, so that the authorizer needs one read. */
export function dynamoApiKeys(doc: DynamoDBDocumentClient, tableName: string): ApiKeys {
  const ofWorkspace = (workspaceId: string) => ({
    TableName: tableName,
    IndexName: INDEX.gsi1,
    KeyConditionExpression: 'gsi1pk = :workspace',
    ExpressionAttributeValues: { ':workspace': keysOfWorkspace(workspaceId) },
  });

  return {
    async insert(key) {
      const item = { ...apiKeyKey(key.hash), ...key, gsi1pk: keysOfWorkspace(key.workspaceId), gsi1sk: key.id };
      await doc.send(new PutCommand({ TableName: tableName, Item: item }));
    },

    async findByHash(hash) {
      const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: apiKeyKey(hash), ConsistentRead: true }));
      return Item && toApiKey(Item);
    },

    async list(workspaceId, page) {
      const list = listName(workspaceId, 'api-keys');
      const after = decodeCursor(list, page.cursor);
      const [id, hash] = after?.split('#') ?? [];
      const query = {
        ...ofWorkspace(workspaceId),
        ...(id && hash && { ExclusiveStartKey: { gsi1pk: keysOfWorkspace(workspaceId), gsi1sk: id, ...apiKeyKey(hash) } }),
      };
      return queryPage(doc, query, page.limit, toApiKey, (last) => encodeCursor(list, `${String(last['id'])}#${String(last['hash'])}`));
    },

    async delete(workspaceId, keyId) {
      const found = await queryAll(doc, {
        ...ofWorkspace(workspaceId),
        KeyConditionExpression: 'gsi1pk = :workspace AND gsi1sk = :id',
        ExpressionAttributeValues: { ':workspace': keysOfWorkspace(workspaceId), ':id': keyId },
      });
      if (found.length === 0) throw apiKeyNotFound(keyId);
      // More than one only if a creation broke off and was repeated: all of them go.
      const removals = found.map(({ pk, sk }) => doc.send(new DeleteCommand({ TableName: tableName, Key: { pk, sk } })));
      await Promise.all(removals);
    },

    async noteUse(key, atMs) {
      const hour = Math.floor(atMs / HOUR_MS) * HOUR_MS;
      if (key.lastUsedAt !== null && key.lastUsedAt >= hour) return;
      const note = new UpdateCommand({
        TableName: tableName,
        Key: apiKeyKey(key.hash),
        UpdateExpression: 'SET lastUsedAt = :hour',
        ConditionExpression: 'attribute_exists(pk)', // it may be revoked meanwhile, and must not come back
        ExpressionAttributeValues: { ':hour': hour },
      });
      await doc.send(note).catch((error: unknown) => {
        if (!isConditionFailure(error)) throw error;
      });
    },
  };
}

function toApiKey(item: Item): ApiKey {
  const { id, workspaceId, name, scopes, preview, hash, createdAt, lastUsedAt } = item as unknown as ApiKey;
  return { id, workspaceId, name, scopes, preview, hash, createdAt, lastUsedAt };
}
