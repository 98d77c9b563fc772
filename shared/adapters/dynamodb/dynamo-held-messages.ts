import { QueryCommand, TransactWriteCommand, type DynamoDBDocumentClient, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { Priority } from '../../contracts/message.ts';
import type { Clock } from '../../domain/clock.ts';
import type { HeldMessage, HeldMessages } from '../../domain/outbox/held-messages.ts';
import type { OutboundMessage } from '../../domain/outbox/outbound-message.ts';
import { isTransactionCancelled } from './conditions.ts';
import { countsUpdate } from './counts-update.ts';
import { campaignCountsKey, messageKey, outboxDueRange, outboxPartition, outboxSort } from './keys.ts';
import { outboundOf, type MessageItem } from './message-item.ts';
import { forgetClaims, openClaims } from './outbox-claim-records.ts';
import { INDEX, type TableNames } from './table-names.ts';

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Tables = Pick<TableNames, 'core' | 'messages'>;

/** Those of one campaign meet at its counts. */
const WRITES_AT_ONCE = 4;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 10;
const EVER = 9_999_999_999_999;

export const dynamoHeldMessages = (doc: DynamoDBDocumentClient, tables: Tables, clock: Clock): HeldMessages => ({
  async list(sessionId) {
    const claims = await openClaims(doc, tables, sessionId);
    await forgetClaims(doc, tables.core, claims.filter(({ sending }) => sending.length === 0).map(({ record }) => record));
    return claims.flatMap(({ sending }) => sending.map(heldOf));
  },
  async giveBack(messages, dueAt) {
    const limit = pLimit(WRITES_AT_ONCE);
    await Promise.all(messages.map((message) => limit(giveOneBack, doc, tables, message, dueAt, clock.now())));
  },
  async nextDueAt(sessionId) {
    const fronts = await Promise.all(Priority.options.map((priority) => firstDueAt(doc, tables.messages, sessionId, priority)));
    const times = fronts.flatMap((dueAt) => dueAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  },
});

const heldOf = (item: MessageItem): HeldMessage => ({
  message: outboundOf(item),
  status: item.status === 'unknown' ? 'unknown' : 'sending',
  claimedAt: item.claimedAt ?? 0,
});

/** Others count in the same share meanwhile, so a conflict is tried again. */
async function giveOneBack(doc: DynamoDBDocumentClient, tables: Tables, message: OutboundMessage, dueAt: number, nowMs: number): Promise<void> {
  const uncount = message.campaignId === null ? [] : [countOut(tables, message, message.campaignId, nowMs)];
  const request = new TransactWriteCommand({ TransactItems: [requeue(tables, message, dueAt), ...uncount] });
  for (let attempt = 1; ; attempt++) {
    try {
      await doc.send(request);
      return;
    } catch (error) {
      if (!isTransactionCancelled(error)) throw error;
      if (error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed') return; // somebody has said meanwhile what became of it
      if (attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt * Math.random()));
    }
  }
}

const requeue = (tables: Tables, message: OutboundMessage, dueAt: number): Action => ({
  Update: {
    TableName: tables.messages,
    Key: messageKey(message.workspaceId, message.id),
    UpdateExpression: 'SET #status = :queued, dueAt = :due, outboxPk = :lane, outboxSk = :place ADD tries :one',
    ConditionExpression: '#status = :sending AND sessionId = :session',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':queued': 'queued', ':sending': 'sending', ':session': message.sessionId, ':due': dueAt, ':one': 1,
      ':lane': outboxPartition(message), ':place': outboxSort(message.priority, dueAt, message.id),
    },
  },
});

const countOut = ({ core }: Tables, { sessionId }: OutboundMessage, campaignId: string, nowMs: number): Action => ({
  Update: { TableName: core, Key: campaignCountsKey(campaignId, sessionId), ...countsUpdate({ sending: -1 }, nowMs) },
});

async function firstDueAt(doc: DynamoDBDocumentClient, tableName: string, sessionId: string, priority: Priority): Promise<number | undefined> {
  const [from, to] = outboxDueRange(priority, EVER);
  const { Items = [] } = await doc.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: INDEX.outbox,
      KeyConditionExpression: 'outboxPk = :lane AND outboxSk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':lane': outboxPartition({ sessionId, campaignId: null }), ':from': from, ':to': to },
      Limit: 1,
    }),
  );
  return Items[0]?.['dueAt'] as number | undefined;
}
