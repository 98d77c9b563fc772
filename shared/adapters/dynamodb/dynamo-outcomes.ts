import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { BUCKET_MS, NO_OUTCOMES, RECENT_MS, type Outcomes, type RecentOutcomes } from '../../domain/providers/outcomes.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { outcomesKey } from './keys.ts';
import { queryAll } from './query-page.ts';

/** One small item a number and stretch of time; one write for each batch that moved something. */
export const dynamoOutcomes = (doc: DynamoDBDocumentClient, tableName: string): RecentOutcomes => ({
  async add(sessionId, at, { sent, failed, unknown }, sequence) {
    const from = Math.floor(at / BUCKET_MS) * BUCKET_MS;
    try {
      await doc.send(
        new UpdateCommand({
          TableName: tableName,
          Key: outcomesKey(sessionId, from),
          UpdateExpression: 'SET countedSequence = :sequence, expiresAtSeconds = :end ADD sent :sent, failed :failed, #unknown :unknown',
          ConditionExpression: 'attribute_not_exists(countedSequence) OR countedSequence < :sequence',
          ExpressionAttributeNames: { '#unknown': 'unknown' },
          ExpressionAttributeValues: {
            ':sequence': sequence, ':sent': sent, ':failed': failed, ':unknown': unknown, ':end': Math.ceil((from + BUCKET_MS + RECENT_MS) / 1_000),
          },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error; // counted before
    }
  },

  recent: (sessionIds, now) => Promise.all(sessionIds.map((id) => recentOf(doc, tableName, id, now))),
});

async function recentOf(doc: DynamoDBDocumentClient, tableName: string, sessionId: string, now: number): Promise<Outcomes> {
  const { pk, sk: from } = outcomesKey(sessionId, Math.max(0, now - RECENT_MS - BUCKET_MS));
  const items = await queryAll(doc, {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': outcomesKey(sessionId, now).sk },
  });
  return items.reduce<Outcomes>(plus, NO_OUTCOMES);
}

const plus = (sum: Outcomes, item: Item): Outcomes => ({
  sent: sum.sent + Number(item['sent'] ?? 0),
  failed: sum.failed + Number(item['failed'] ?? 0),
  unknown: sum.unknown + Number(item['unknown'] ?? 0),
});
