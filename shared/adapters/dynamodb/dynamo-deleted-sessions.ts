import { BatchWriteCommand, DeleteCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import type { DeletedSessions } from '../../domain/sessions/deleted-sessions.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { DELETED_SESSIONS, sessionKey } from './keys.ts';
import { queryAll } from './query-page.ts';
import { toSession } from './session-item.ts';
import { INDEX } from './table-names.ts';

const WRITES_A_CALL = 25;
const PAGE = 100;

export const dynamoDeletedSessions = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): DeletedSessions => ({
  list: () => listDeleted(doc, tableName),

  /** The record last: a crash before leaves it in the list. */
  async purge({ id }) {
    const { pk, sk } = sessionKey(id);
    const query = { TableName: tableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk }, ConsistentRead: true };
    const items = await queryAll(doc, query);
    const record = items.find((item) => item['sk'] === sk);
    if (!record || !isDue(record, clock.now())) return false;
    await deleteAll(doc, tableName, items.filter((item) => item !== record));
    return deleteRecord(doc, tableName, id);
  },
});

const isDue = (record: Item, nowMs: number): boolean => typeof record['purgeAfter'] === 'string' && Date.parse(record['purgeAfter']) <= nowMs;

async function* listDeleted(doc: DynamoDBDocumentClient, tableName: string): AsyncGenerator<Session> {
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await doc.send(new QueryCommand({
      TableName: tableName,
      IndexName: INDEX.gsi2,
      KeyConditionExpression: 'gsi2pk = :deleted',
      ExpressionAttributeValues: { ':deleted': DELETED_SESSIONS },
      Limit: PAGE,
      ExclusiveStartKey: start,
    }));
    yield* Items.map(toSession);
    start = LastEvaluatedKey;
  } while (start !== undefined);
}

async function deleteAll(doc: DynamoDBDocumentClient, tableName: string, items: readonly Item[]): Promise<void> {
  for (let next = 0; next < items.length; next += WRITES_A_CALL) {
    let requests = items.slice(next, next + WRITES_A_CALL).map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
    while (requests.length > 0) {
      const { UnprocessedItems } = await doc.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
      requests = (UnprocessedItems?.[tableName] ?? []) as typeof requests;
    }
  }
}

async function deleteRecord(doc: DynamoDBDocumentClient, tableName: string, id: string): Promise<boolean> {
  const request = new DeleteCommand({ TableName: tableName, Key: sessionKey(id), ConditionExpression: 'attribute_exists(pk)' });
  return doc.send(request).then(
    () => true,
    (error: unknown) => {
      if (isConditionFailure(error)) return false;
      throw error;
    },
  );
}
