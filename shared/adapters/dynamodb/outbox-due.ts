import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Priority } from '../../contracts/message.ts';
import type { OutboundMessage } from '../../domain/outbox/outbound-message.ts';
import type { OutboxLane } from '../../domain/outbox/outbox.ts';
import type { Item } from './conditions.ts';
import { outboxDueRange, outboxPartition } from './keys.ts';
import { asMessageItem, outboundOf } from './message-item.ts';
import { INDEX } from './table-names.ts';

interface DuePage {
  readonly messages: readonly OutboundMessage[];
  readonly next: Item | undefined;
}

/**
 * Due messages of a lane in order. One read does for a lane that is short or has only due ones, which is nearly always;
 * messages for later that crowd the front of the index cost one read a priority.
 */
export async function listDueMessages(
  doc: DynamoDBDocumentClient,
  tableName: string,
  lane: OutboxLane,
  nowMs: number,
  limit: number,
): Promise<readonly OutboundMessage[]> {
  const front = await readLane(doc, tableName, lane, limit);
  const due = front.messages.filter(({ dueAt }) => dueAt <= nowMs);
  const isWhole = front.next === undefined || due.length === limit;
  return isWhole ? due : listByPriority(doc, tableName, lane, nowMs, limit);
}

async function listByPriority(doc: DynamoDBDocumentClient, tableName: string, lane: OutboxLane, nowMs: number, limit: number) {
  const due: OutboundMessage[] = [];
  for (const priority of Priority.options) {
    let start: Item | undefined;
    do {
      const page = await readLane(doc, tableName, lane, limit - due.length, { range: outboxDueRange(priority, nowMs), start });
      due.push(...page.messages);
      start = page.next;
    } while (start && due.length < limit);
    if (due.length >= limit) break;
  }
  return due;
}

async function readLane(
  doc: DynamoDBDocumentClient,
  tableName: string,
  lane: OutboxLane,
  limit: number,
  part?: { range: readonly [string, string]; start: Item | undefined },
): Promise<DuePage> {
  const { Items = [], LastEvaluatedKey } = await doc.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: INDEX.outbox,
      KeyConditionExpression: part ? 'outboxPk = :lane AND outboxSk BETWEEN :from AND :to' : 'outboxPk = :lane',
      ExpressionAttributeValues: {
        ':lane': outboxPartition(lane),
        ...(part && { ':from': part.range[0], ':to': part.range[1] }),
      },
      Limit: limit,
      ExclusiveStartKey: part?.start,
    }),
  );
  return { messages: Items.map((item) => outboundOf(asMessageItem(item))), next: LastEvaluatedKey };
}
