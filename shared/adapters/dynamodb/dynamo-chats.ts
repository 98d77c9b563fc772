import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Chat, Chats } from '../../domain/chats/chats.ts';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { chatNotFound } from '../../domain/errors.ts';
import { chatIdOf } from '../../identity/chat-identity.ts';
import { batchGet } from './batch.ts';
import { CHAT, type ChatItem, chatOf, isGroup } from './chat-item.ts';
import { listChats } from './chat-list.ts';
import { chatItemsOf, mergeChats } from './chat-merge.ts';
import { touchChat } from './chat-touch.ts';
import { isConditionFailure, oldItem } from './conditions.ts';
import { chatKey, partitionOfId } from './keys.ts';
import { asMessageItem } from './message-item.ts';
import { queryPage } from './query-page.ts';

export const dynamoChats = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): Chats => ({
  touch: (activity) => touchChat(doc, tableName, activity, clock.now()),
  get: (workspaceId, chatId) => getChat(doc, tableName, workspaceId, chatId),
  list: async (workspaceId, page, filter = {}) => listChats({ doc, tableName, workspaceId, filter }, page, clock.now()),
  async ofPeers(workspaceId, peers) {
    const items = await Promise.all([...new Set(peers)].map((peer) => chatItemsOf(doc, tableName, workspaceId, peer)));
    return items.flat().filter(({ mergedInto }) => mergedInto === undefined).map((item) => chatOf({ ...item }));
  },
  mergeInto: (workspaceId, from, to) => mergeChats(doc, tableName, workspaceId, { from, to }, () => clock.now()),
  markRead: (workspaceId, chatId) => markRead(doc, tableName, workspaceId, chatId),
  async lastReceivedAt(workspaceId, sessionId, peers) {
    const keys = peers.map((peer) => chatKey(workspaceId, peer, chatIdOf(workspaceId, sessionId, peer)));
    const items = await batchGet(doc, tableName, keys);
    return items.map((item) => (item as Partial<ChatItem> | undefined)?.lastReceivedAt ?? 0);
  },
});

const keyOfId = (workspaceId: string, chatId: string) => ({ pk: partitionOfId(workspaceId, chatId), sk: `${CHAT}${chatId}` });

async function getChat(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, chatId: string): Promise<Chat> {
  const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: keyOfId(workspaceId, chatId), ConsistentRead: true }));
  const mergedInto = (Item as Partial<ChatItem> | undefined)?.mergedInto;
  if (mergedInto !== undefined) return getChat(doc, tableName, workspaceId, mergedInto);
  const chat = Item ? chatOf(Item) : await chatOfItsMessages(doc, tableName, workspaceId, chatId);
  if (!chat) throw chatNotFound(chatId);
  return chat;
}

async function markRead(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, chatId: string): Promise<void> {
  const read = new UpdateCommand({
    TableName: tableName,
    Key: keyOfId(workspaceId, chatId),
    UpdateExpression: 'SET unreadCount = :none',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(mergedInto)',
    ExpressionAttributeValues: { ':none': 0 },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const met: Partial<ChatItem> | undefined = await doc.send(read).then(() => undefined, (error: unknown) => {
    if (!isConditionFailure(error)) throw error; // a chat nobody answered in has nothing unread
    return oldItem(error);
  });
  if (met?.mergedInto !== undefined) await markRead(doc, tableName, workspaceId, met.mergedInto);
}

/** A campaign's messages open no chat, yet they can be shown, and answered, as one. */
async function chatOfItsMessages(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, chatId: string): Promise<Chat | undefined> {
  const query = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :messages)',
    FilterExpression: 'chatId = :chatId',
    ExpressionAttributeValues: { ':pk': partitionOfId(workspaceId, chatId), ':messages': 'msg_', ':chatId': chatId },
    ScanIndexForward: false,
  };
  const { items } = await queryPage(doc, query, 1, asMessageItem, ({ sk }) => String(sk));
  const [message] = items;
  if (message === undefined) return undefined;
  const at = message.sentAt ?? message.receivedAt ?? message.queuedAt ?? 0;
  return {
    id: chatId,
    workspaceId,
    sessionId: message.sessionId,
    peer: message.peer,
    name: null,
    isGroup: isGroup(message.peer),
    unreadCount: 0,
    lastMessageAt: at,
    lastMessagePreview: null,
    firstMessageAt: at,
    messagesIn: 0,
    messagesOut: 0,
    formerPeers: [],
  };
}
