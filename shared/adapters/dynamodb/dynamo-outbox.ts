import { DeleteCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { systemClock, type Clock } from '../../domain/clock.ts';
import type { OutboundMessage } from '../../domain/outbox/outbound-message.ts';
import type { InsertOutcome, Outbox, OutboxLane } from '../../domain/outbox/outbox.ts';
import { batchGet, executeStatements, insertOnce, type StatementResult } from './batch.ts';
import { isConditionFailure, oldItem } from './conditions.ts';
import { laneKey, messageKey, outboxSort } from './keys.ts';
import { asMessageItem, outboundOf, queuedItem } from './message-item.ts';
import { claimMessages } from './outbox-claim.ts';
import { claimedAwaitingReceipts, forgetClaims, openClaims } from './outbox-claim-records.ts';
import { listDueMessages } from './outbox-due.ts';
import { queryAll } from './query-page.ts';
import type { TableNames } from './table-names.ts';

type Tables = Pick<TableNames, 'core' | 'messages'>;

const WRITES_AT_ONCE = 16;

export const dynamoOutbox = (doc: DynamoDBDocumentClient, tables: Tables, clock: Clock = systemClock): Outbox => ({
  insert: (message) => insertOne(doc, tables.messages, message),
  insertMany: (messages) => insertAll(doc, tables.messages, messages),
  listDue: (lane, nowMs, limit) => listDueMessages(doc, tables.messages, lane, nowMs, limit),
  claim: (request) => claimMessages(doc, tables, request, clock.now()),
  async listInDoubt(sessionId) {
    const claims = await openClaims(doc, tables, sessionId);
    return claims.flatMap(({ sending }) => sending.map(outboundOf));
  },
  async listAwaitingReceipts(sessionId, limit) {
    return (await claimedAwaitingReceipts(doc, tables, sessionId, limit)).map(outboundOf);
  },
  async forgetSettledClaims(sessionId) {
    const claims = await openClaims(doc, tables, sessionId);
    const settled = claims.filter(({ sending }) => sending.length === 0).map(({ record }) => record);
    await forgetClaims(doc, tables.core, settled);
  },
  adopt: (_, fencingToken, messages) => adoptAll(doc, tables.messages, fencingToken, messages),
  postpone: (messages, dueAt) => postponeAll(doc, tables.messages, messages, dueAt),
  async skip(workspaceId, messageIds) {
    const limit = pLimit(WRITES_AT_ONCE);
    const skipped = await Promise.all(messageIds.map((id) => limit(skipOne, doc, tables.messages, workspaceId, id)));
    return messageIds.filter((_, i) => skipped[i]);
  },
  listLanes: (sessionId) => listOpenLanes(doc, tables.core, sessionId),
  async openLane({ sessionId, campaignId }) {
    if (campaignId === null) return; // the lane of direct messages is always open
    const item = { ...laneKey(sessionId, campaignId), campaignId };
    await doc.send(new PutCommand({ TableName: tables.core, Item: item }));
  },
  async closeLane({ sessionId, campaignId }) {
    if (campaignId === null) return;
    await doc.send(new DeleteCommand({ TableName: tables.core, Key: laneKey(sessionId, campaignId) }));
  },
});

async function insertOne(doc: DynamoDBDocumentClient, tableName: string, message: OutboundMessage): Promise<InsertOutcome> {
  const item = queuedItem(message);
  try {
    await doc.send(
      new PutCommand({
        TableName: tableName,
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { message: outboundOf(item), inserted: true };
  } catch (error) {
    const stored = isConditionFailure(error) ? oldItem(error) : undefined;
    if (!stored) throw error;
    return { message: outboundOf(asMessageItem(stored)), inserted: false };
  }
}

async function insertAll(doc: DynamoDBDocumentClient, tableName: string, messages: readonly OutboundMessage[]): Promise<readonly InsertOutcome[]> {
  const items = messages.map(queuedItem);
  const inserted = await insertOnce(doc, tableName, items.map((item) => ({ ...item })));
  const present = await batchGet(doc, tableName, items.filter((_, i) => !inserted[i]), { consistent: true });
  const stored = new Map(present.flatMap((item) => (item ? [[item['sk'], asMessageItem(item)] as const] : [])));
  return items.map((item, i) => ({ message: outboundOf(stored.get(item.sk) ?? item), inserted: inserted[i] ?? false }));
}

async function postponeAll(doc: DynamoDBDocumentClient, tableName: string, messages: readonly OutboundMessage[], dueAt: number): Promise<void> {
  const statement = `UPDATE "${tableName}" SET dueAt = ?, outboxSk = ? WHERE pk = ? AND sk = ? AND "status" = ?`;
  const results = await executeStatements(
    doc,
    messages.map(({ workspaceId, id, priority }) => {
      const { pk, sk } = messageKey(workspaceId, id);
      return { Statement: statement, Parameters: [dueAt, outboxSort(priority, dueAt, id), pk, sk, 'queued'] };
    }),
  );
  throwIfFailed('Postponing', results);
}

async function adoptAll(doc: DynamoDBDocumentClient, tableName: string, fencingToken: number, messages: readonly OutboundMessage[]) {
  const statement = `UPDATE "${tableName}" SET claimToken = ? WHERE pk = ? AND sk = ? AND "status" = ? AND claimToken <= ?`;
  const results = await executeStatements(
    doc,
    messages.map(({ workspaceId, id }) => {
      const { pk, sk } = messageKey(workspaceId, id);
      return { Statement: statement, Parameters: [fencingToken, pk, sk, 'sending', fencingToken] };
    }),
  );
  throwIfFailed('Adoption', results);
  return messages.filter((_, i) => !results[i]?.Error).map((message) => ({ ...message, claimToken: fencingToken }));
}

/** A condition that no longer holds is no failure: somebody else was first. */
function throwIfFailed(what: string, results: readonly StatementResult[]): void {
  const failed = results.find(({ Error: error }) => error && error.Code !== 'ConditionalCheckFailed')?.Error;
  if (failed) throw new Error(`${what} failed: ${failed.Code}: ${failed.Message}`);
}

async function skipOne(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, messageId: string): Promise<boolean> {
  try {
    await doc.send(
      new UpdateCommand({
        TableName: tableName,
        Key: messageKey(workspaceId, messageId),
        UpdateExpression: 'SET #status = :skipped REMOVE outboxPk, outboxSk',
        ConditionExpression: '#status = :queued',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':skipped': 'skipped', ':queued': 'queued' },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

async function listOpenLanes(doc: DynamoDBDocumentClient, tableName: string, sessionId: string): Promise<readonly OutboxLane[]> {
  const { pk, sk } = laneKey(sessionId, '');
  const items = await queryAll(doc, {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :lane)',
    ExpressionAttributeValues: { ':pk': pk, ':lane': sk },
  });
  return items.map((item) => ({ sessionId, campaignId: item['campaignId'] as string }));
}
