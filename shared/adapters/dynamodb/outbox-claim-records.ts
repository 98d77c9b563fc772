import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { batchGet } from './batch.ts';
import type { Item } from './conditions.ts';
import { claimKey, messageKey, type Key } from './keys.ts';
import { asMessageItem, type MessageItem } from './message-item.ts';
import { queryAll } from './query-page.ts';
import type { TableNames } from './table-names.ts';

type Tables = Pick<TableNames, 'core' | 'messages'>;

interface ClaimRecord extends Key {
  readonly workspaceId: string;
  readonly messageIds: readonly string[];
}

const DELETES_AT_ONCE = 8;

/** The claim records of a session, each with those of its messages that are still `sending`. */
export async function openClaims(
  doc: DynamoDBDocumentClient,
  tables: Tables,
  sessionId: string,
): Promise<readonly { record: Key; sending: readonly MessageItem[] }[]> {
  const records = await listClaimRecords(doc, tables.core, sessionId);
  const keys = records.flatMap(({ workspaceId, messageIds }) => messageIds.map((id) => messageKey(workspaceId, id)));
  const items = await batchGet(doc, tables.messages, keys, { consistent: true });
  const sending = new Map(items.filter(isSending).map((item) => [item['sk'] as string, asMessageItem(item)]));
  return records.map((record) => ({
    record,
    sending: record.messageIds.flatMap((id) => sending.get(id) ?? []),
  }));
}

/** Messages of claim records that were sent or delivered, newest claim first. */
export async function claimedAwaitingReceipts(doc: DynamoDBDocumentClient, tables: Tables, sessionId: string, limit: number): Promise<readonly MessageItem[]> {
  const records = (await listClaimRecords(doc, tables.core, sessionId)).toReversed();
  const keys = records.flatMap(({ workspaceId, messageIds }) => messageIds.map((id) => messageKey(workspaceId, id)));
  const items = await batchGet(doc, tables.messages, keys.slice(0, limit), { consistent: true });
  return items.flatMap((item) => (isAwaitingReceipt(item) ? [asMessageItem(item)] : []));
}

const isAwaitingReceipt = (item: Item | undefined): item is Item => item?.['status'] === 'sent' || item?.['status'] === 'delivered';

/** Consistent reads: a claim that has just succeeded must not look settled. */
export async function forgetClaims(doc: DynamoDBDocumentClient, tableName: string, records: readonly Key[]): Promise<void> {
  const limit = pLimit(DELETES_AT_ONCE);
  const deleteOne = ({ pk, sk }: Key) => doc.send(new DeleteCommand({ TableName: tableName, Key: { pk, sk } }));
  await Promise.all(records.map((record) => limit(deleteOne, record)));
}

/** `unknown` is as much in doubt as `sending`. */
const isSending = (item: Item | undefined): item is Item => item?.['status'] === 'sending' || item?.['status'] === 'unknown';

async function listClaimRecords(doc: DynamoDBDocumentClient, tableName: string, sessionId: string): Promise<readonly ClaimRecord[]> {
  const { pk, sk } = claimKey(sessionId, '');
  const records = await queryAll(doc, {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :claim)',
    ExpressionAttributeValues: { ':pk': pk, ':claim': sk },
    ConsistentRead: true,
  });
  return records as unknown as ClaimRecord[];
}
