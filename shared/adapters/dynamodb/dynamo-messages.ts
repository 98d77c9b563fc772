import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { messageNotFound } from '../../domain/errors.ts';
import type { Messages, MovingBatch, StoredMessage } from '../../domain/outbox/messages.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { batchGet, insertOnce } from './batch.ts';
import type { Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { messageKey, partitionOfId } from './keys.ts';
import { asMessageItem, receivedItem, standingOf, storedOf } from './message-item.ts';
import { applyMove } from './message-move-one.ts';
import { applyMoves } from './message-moves.ts';
import { queryPage } from './query-page.ts';

const AFTER_ALL_MESSAGES = 'msg_~'; // sorts after every message id and after the other items of the partition

export const dynamoMessages = (doc: DynamoDBDocumentClient, tableName: string): Messages => ({
  async get(workspaceId, messageId) {
    const { Item } = await doc.send(
      new GetCommand({ TableName: tableName, Key: messageKey(workspaceId, messageId), ConsistentRead: true }),
    );
    if (!Item) throw messageNotFound(messageId);
    return storedOf(asMessageItem(Item));
  },
  async getMany(workspaceId, messageIds) {
    const items = await batchGet(doc, tableName, messageIds.map((id) => messageKey(workspaceId, id)));
    return new Map(items.flatMap((item) => (item ? [[item['sk'] as string, storedOf(asMessageItem(item))] as const] : [])));
  },
  async standings(workspaceId, messageIds) {
    const items = await batchGet(doc, tableName, messageIds.map((id) => messageKey(workspaceId, id)), { consistent: true });
    return items.flatMap((item) => (item ? [standingOf(asMessageItem(item))] : []));
  },
  listOfChat: (workspaceId, chatId, page, alsoIn = []) => listOfChats(doc, tableName, workspaceId, [chatId, ...alsoIn], page),
  applyChanges: (workspaceId, batch, changes) => {
    const [first] = changes;
    if (first && changes.length === 1) return applyMove(doc, tableName, workspaceId, batch, first);
    return applyMoves(doc, tableName, workspaceId, batch, changes);
  },
  insertInbound: (batch, messages) => insertReceived(doc, tableName, batch, messages),
});

/** Ids order by time in whichever partition they lie, so a page of several chats is the newest of each one's. */
async function listOfChats(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  chatIds: readonly string[],
  { limit, cursor }: PageRequest,
): Promise<Page<StoredMessage>> {
  const list = listName(workspaceId, 'messages', chatIds[0]);
  const before = decodeCursor(list, cursor) ?? AFTER_ALL_MESSAGES;
  const pages = await Promise.all(chatIds.map((chatId) => messagesBefore(doc, tableName, workspaceId, chatId, { limit, before })));
  const found = pages.flatMap(({ items }) => items).toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const items = found.slice(0, limit);
  const last = items.at(-1)?.id;
  const isLast = found.length <= limit && pages.every((page) => page.cursor === undefined);
  return { items, cursor: isLast || last === undefined ? undefined : encodeCursor(list, last) };
}

/** A partition holds all chats with one peer, so pages are filled from what passes the filter. */
function messagesBefore(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  chatId: string,
  { limit, before }: { readonly limit: number; readonly before: string },
): Promise<Page<StoredMessage>> {
  const query = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk < :before',
    FilterExpression: 'chatId = :chatId',
    ExpressionAttributeValues: { ':pk': partitionOfId(workspaceId, chatId), ':before': before, ':chatId': chatId },
    ScanIndexForward: false,
  };
  return queryPage(doc, query, limit, (item: Item) => storedOf(asMessageItem(item)), (last) => String(last['sk']));
}

async function insertReceived(doc: DynamoDBDocumentClient, tableName: string, batch: MovingBatch, messages: readonly StoredMessage[]) {
  const items = messages.map((message) => receivedItem(message, batch.sequence));
  const inserted = await insertOnce(doc, tableName, items.map((item) => ({ ...item })));
  const present = await batchGet(doc, tableName, items.filter((_, i) => !inserted[i]), { consistent: true });
  const broughtBefore = new Set(present.filter((item) => item?.['movedBy'] === batch.sequence).map((item) => item?.['sk']));
  return messages.filter((message, i) => inserted[i] || broughtBefore.has(message.id));
}
