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
import { listPendingMedia, settleMedia } from './message-media.ts';
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
  listOfChat: (workspaceId, chatId, page) => listOfChat(doc, tableName, workspaceId, chatId, page),
  applyChanges: (workspaceId, batch, changes) => {
    const [first] = changes;
    if (first && changes.length === 1) return applyMove(doc, tableName, workspaceId, batch, first);
    return applyMoves(doc, tableName, workspaceId, batch, changes);
  },
  insertInbound: (batch, messages) => insertReceived(doc, tableName, batch, messages),
  settleMedia: (workspaceId, batch, messageId, outcome) => settleMedia(doc, tableName, { key: messageKey(workspaceId, messageId), batch, outcome }),
  listPendingMedia: (sessionId, limit) => listPendingMedia(doc, tableName, sessionId, limit),
});

/** A partition holds all chats with one peer, so pages are filled from what passes the filter. */
async function listOfChat(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  chatId: string,
  page: PageRequest,
): Promise<Page<StoredMessage>> {
  const list = listName(workspaceId, 'messages', chatId);
  const query = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk < :before',
    FilterExpression: 'chatId = :chatId',
    ExpressionAttributeValues: {
      ':pk': partitionOfId(workspaceId, chatId),
      ':before': decodeCursor(list, page.cursor) ?? AFTER_ALL_MESSAGES,
      ':chatId': chatId,
    },
    ScanIndexForward: false,
  };
  const toMessage = (item: Item) => storedOf(asMessageItem(item));
  return queryPage(doc, query, page.limit, toMessage, (last) => encodeCursor(list, String(last['sk'])));
}

async function insertReceived(doc: DynamoDBDocumentClient, tableName: string, batch: MovingBatch, messages: readonly StoredMessage[]) {
  const items = messages.map((message) => receivedItem(message, batch.sequence));
  const inserted = await insertOnce(doc, tableName, items.map((item) => ({ ...item })));
  const present = await batchGet(doc, tableName, items.filter((_, i) => !inserted[i]), { consistent: true });
  const broughtBefore = new Set(present.filter((item) => item?.['movedBy'] === batch.sequence).map((item) => item?.['sk']));
  return messages.filter((message, i) => inserted[i] || broughtBefore.has(message.id));
}
