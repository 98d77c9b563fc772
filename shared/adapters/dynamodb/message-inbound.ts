import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { MovingBatch, StoredMessage } from '../../domain/outbox/messages.ts';
import { batchGet, insertOnce } from './batch.ts';
import { isConditionFailure } from './conditions.ts';
import { isMessage } from './message-annotations.ts';
import { asMessageItem, receivedItem, storedOf, type MessageItem } from './message-item.ts';

/**
 * Inserts what is not there yet, and gives back what this batch brought, now or on an earlier delivery. Where something
 * was done to a message before it came, its place is taken by that, and the message is filled in.
 */
export async function insertReceived(doc: DynamoDBDocumentClient, tableName: string, batch: MovingBatch, messages: readonly StoredMessage[]): Promise<readonly StoredMessage[]> {
  const items = messages.map((message) => receivedItem(message, batch.sequence));
  const inserted = await insertOnce(doc, tableName, items.map((item) => ({ ...item })));
  const present = await batchGet(doc, tableName, items.filter((_, i) => !inserted[i]), { consistent: true });
  const stored = new Map(messages.flatMap((message, i) => (inserted[i] ? [[message.id, message] as const] : [])));
  for (const item of present) {
    if (!item) continue;
    const mine = isMessage(item) ? asMessageItem(item) : await fillIn(doc, tableName, items.find(({ sk }) => sk === item['sk']) as MessageItem);
    if (mine?.movedBy === batch.sequence) stored.set(mine.sk, storedOf(mine));
  }
  return messages.flatMap(({ id }) => stored.get(id) ?? []);
}

/** `undefined`: another batch was first. */
async function fillIn(doc: DynamoDBDocumentClient, tableName: string, { pk, sk, ...fields }: MessageItem): Promise<MessageItem | undefined> {
  const names = Object.keys(fields);
  const update = new UpdateCommand({
    TableName: tableName,
    Key: { pk, sk },
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE expiresAtSeconds`,
    ConditionExpression: 'attribute_not_exists(#status)',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
    ReturnValues: 'ALL_NEW',
  });
  try {
    return asMessageItem((await doc.send(update)).Attributes ?? {});
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}
