import { PutCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PushJob, REPLAYED_FOR_MS } from '../../contracts/realtime.ts';
import type { EventLog } from '../../domain/realtime/event-log.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { eventLogKey } from './keys.ts';

/** A partition for each workspace that is listened to, one item a job: one write unit a kilobyte of events. */
export const dynamoEventLog = (doc: DynamoDBDocumentClient, tableName: string): EventLog => ({
  async append(job) {
    const put = new PutCommand({ TableName: tableName, Item: jobItem(job), ConditionExpression: 'attribute_not_exists(pk)' });
    await doc.send(put).catch((error: unknown) => {
      if (!isConditionFailure(error)) throw error;
    });
  },

  async readFrom(workspaceId, fromMs, limit) {
    const query = {
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND sk >= :from',
      ExpressionAttributeValues: { ':pk': eventLogKey(workspaceId, 0, '').pk, ':from': eventLogKey(workspaceId, fromMs, '').sk },
      ScanIndexForward: false,
      ConsistentRead: true,
    };
    const items: Item[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await doc.send(new QueryCommand({ ...query, Limit: limit - items.length, ExclusiveStartKey: start }));
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start && items.length < limit);
    return items.map((item) => jobOf(workspaceId, item)).toReversed();
  },
});

const jobItem = ({ id, at, workspaceId, events }: PushJob): Item => ({
  ...eventLogKey(workspaceId, at, id),
  id,
  at,
  events: JSON.stringify(events), // as text it is a third smaller than as a map
  expiresAtSeconds: Math.ceil((at + 2 * REPLAYED_FOR_MS) / 1_000),
});

const jobOf = (workspaceId: string, { id, at, events }: Item): PushJob =>
  PushJob.parse({ v: 1, id, at, workspaceId, events: JSON.parse(String(events)) });
