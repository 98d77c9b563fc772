import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { CONNECTION_LIFE_MS, SILENT_FOR_MS } from '../../contracts/realtime.ts';
import type { Connection, Connections } from '../../domain/realtime/connections.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { connectionKey, dueSort, OPEN_CONNECTIONS, subscriptionKey } from './keys.ts';
import { INDEX } from './table-names.ts';

const DELETES_AT_ONCE = 8;

/** When what belongs to a connection may be tidied away: it cannot be open any more. */
export const connectionExpiry = (fromMs: number): number => Math.ceil((fromMs + CONNECTION_LIFE_MS + SILENT_FOR_MS) / 1_000);

/** Open sockets. The index lists them by when they were last seen. */
export const dynamoConnections = (doc: DynamoDBDocumentClient, tableName: string): Connections => ({
  async insert(connection) {
    await doc.send(new PutCommand({ TableName: tableName, Item: connectionItem(connection) }));
  },

  async find(connectionId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: connectionKey(connectionId), ConsistentRead: true }));
    return Item && connectionOf(Item);
  },

  async noteSeen(connectionId, atMs) {
    const note = new UpdateCommand({
      TableName: tableName,
      Key: connectionKey(connectionId),
      UpdateExpression: 'SET lastSeenAt = :at, gsi2sk = :sort',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':at': atMs, ':sort': dueSort(atMs, connectionId) },
    });
    return doc.send(note).then(
      () => true,
      (error: unknown) => {
        if (!isConditionFailure(error)) throw error;
        return false;
      },
    );
  },

  async drop(connectionId) {
    const removal = new DeleteCommand({ TableName: tableName, Key: connectionKey(connectionId), ReturnValues: 'ALL_OLD' });
    const { Attributes } = await doc.send(removal);
    const channels = [...((Attributes?.['channels'] ?? []) as Iterable<string>)];
    const limit = pLimit(DELETES_AT_ONCE);
    await Promise.all(
      channels.map((channel) =>
        limit(() => doc.send(new DeleteCommand({ TableName: tableName, Key: subscriptionKey(channel, connectionId) }))),
      ),
    );
  },

  async listSilent(beforeMs, limit) {
    const query = new QueryCommand({
      TableName: tableName,
      IndexName: INDEX.gsi2,
      KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk < :before',
      ExpressionAttributeValues: { ':pk': OPEN_CONNECTIONS, ':before': dueSort(beforeMs, '') },
      Limit: limit,
    });
    const { Items = [] } = await doc.send(query);
    return Items.map((item) => String(item['id']));
  },
});

const connectionItem = (connection: Connection): Item => ({
  ...connectionKey(connection.id),
  ...connection,
  gsi2pk: OPEN_CONNECTIONS,
  gsi2sk: dueSort(connection.lastSeenAt, connection.id),
  expiresAtSeconds: connectionExpiry(connection.connectedAt),
});

function connectionOf(item: Item): Connection {
  const { id, workspaceId, keyId, keyHash, scopes, since, connectedAt, lastSeenAt } = item as unknown as Connection;
  return { id, workspaceId, keyId, keyHash, scopes, since, connectedAt, lastSeenAt };
}
