import { TransactWriteCommand, type DynamoDBDocumentClient, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { OPTED_OUT, type OptedOutMessages } from '../../domain/contacts/opted-out-messages.ts';
import { DomainError } from '../../domain/errors.ts';
import type { OutboundMessage } from '../../domain/outbox/outbound-message.ts';
import { isLostRace } from './conditions.ts';
import { countsUpdate } from './counts-update.ts';
import { campaignCountsKey, messageKey, peerPartition } from './keys.ts';
import { asMessageItem, outboundOf, queuedItem } from './message-item.ts';
import { queryAll } from './query-page.ts';
import type { TableNames } from './table-names.ts';

type Tables = Pick<TableNames, 'core' | 'messages'>;
type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const MESSAGES_A_WRITE = 50;
const ATTEMPTS = 8;
const PAUSE_MS = 20;

/** The message and its count move in one transaction, so a step that is repeated counts nothing twice. */
export const dynamoOptedOutMessages = (doc: DynamoDBDocumentClient, tables: Tables, clock: Clock = systemClock): OptedOutMessages => ({
  async insertSkipped(messages) {
    await skipAll(doc, tables, clock, messages, (message) => ({ Put: insertion(tables.messages, message) }));
  },

  async skipQueued(workspaceId, peer) {
    const items = await queryAll(doc, {
      TableName: tables.messages,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :messages)',
      FilterExpression: '#status = :queued AND peer = :peer AND attribute_exists(campaignId)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':pk': peerPartition(workspaceId, peer), ':messages': 'msg_', ':queued': 'queued', ':peer': peer },
    });
    const skipped = await skipAll(doc, tables, clock, items.map(asMessageItem).map(outboundOf), (message) => ({ Update: move(tables.messages, message) }));
    return [...new Set(skipped.map(({ campaignId }) => campaignId ?? ''))];
  },
});

function insertion(TableName: string, message: OutboundMessage) {
  const { outboxPk: _partition, outboxSk: _sort, ...item } = queuedItem(message);
  return { TableName, Item: { ...item, status: 'skipped', failure: OPTED_OUT }, ConditionExpression: 'attribute_not_exists(pk)' };
}

const move = (TableName: string, { workspaceId, id }: OutboundMessage) => ({
  TableName,
  Key: messageKey(workspaceId, id),
  UpdateExpression: 'SET #status = :skipped, failure = :why REMOVE outboxPk, outboxSk',
  ConditionExpression: '#status = :queued',
  ExpressionAttributeNames: { '#status': 'status' },
  ExpressionAttributeValues: { ':skipped': 'skipped', ':queued': 'queued', ':why': OPTED_OUT },
});

/** A write is of one campaign and session, whose counts it moves. Returns those that this call skipped. */
async function skipAll(doc: DynamoDBDocumentClient, tables: Tables, clock: Clock, messages: readonly OutboundMessage[], actionOf: (message: OutboundMessage) => Action) {
  const skipped: OutboundMessage[] = [];
  for (const group of Map.groupBy(messages, ({ campaignId, sessionId }) => `${campaignId} ${sessionId}`).values()) {
    for (let from = 0; from < group.length; from += MESSAGES_A_WRITE) {
      skipped.push(...(await skipTogether(doc, tables, clock, group.slice(from, from + MESSAGES_A_WRITE), actionOf)));
    }
  }
  return skipped;
}

/** All or nothing per write; those that are skipped or claimed by now are left out and the rest tried again. */
async function skipTogether(doc: DynamoDBDocumentClient, tables: Tables, clock: Clock, messages: readonly OutboundMessage[], actionOf: (message: OutboundMessage) => Action) {
  let open = messages;
  for (let attempt = 0; attempt < ATTEMPTS && open[0] !== undefined; attempt++) {
    const Key = campaignCountsKey(open[0].campaignId ?? '', open[0].sessionId);
    const counts = { Update: { TableName: tables.core, Key, ...countsUpdate({ skipped: open.length }, clock.now()) } };
    const lost = await doc.send(new TransactWriteCommand({ TransactItems: [...open.map(actionOf), counts] })).then(() => undefined, losersOf);
    if (lost === undefined) return open;
    open = open.filter((_, i) => !lost.has(i));
    if (lost.size === 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * 2 ** attempt));
  }
  if (open.length === 0) return [];
  throw new DomainError('unavailable', 'database_busy', 'The database is busy. Try again shortly.', { retryAfterSeconds: 2 });
}

/** The places of the actions whose condition failed. */
function losersOf(error: unknown): ReadonlySet<number> {
  if (!isLostRace(error)) throw error;
  return new Set((error.CancellationReasons ?? []).flatMap(({ Code }, i) => (Code === 'ConditionalCheckFailed' ? [i] : [])));
}
