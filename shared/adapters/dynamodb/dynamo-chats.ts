import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Chat, ChatActivity, Chats } from '../../domain/chats/chats.ts';
import { chatNotFound } from '../../domain/errors.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { chatIdOf } from '../../identity/chat-identity.ts';
import { batchGet } from './batch.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { chatKey, chatsOfWorkspace, dueSort, partitionOfId, type Key } from './keys.ts';
import { asMessageItem } from './message-item.ts';
import { queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

interface ChatItem extends Key {
  readonly sessionId: string;
  readonly peer: string;
  readonly name?: string;
  readonly unreadCount: number;
  readonly lastMessageAt: number;
  readonly lastMessagePreview?: string;
  readonly lastReceivedAt?: number;
  /** The batches that opened the chat and that last changed it. */
  readonly openedBy: string;
  readonly touchedBy: string;
}

const AFTER_ALL = '~';
const CHAT = 'CHAT#';

export const dynamoChats = (doc: DynamoDBDocumentClient, tableName: string): Chats => ({
  touch: (activity) => touchChat(doc, tableName, activity),
  async get(workspaceId, chatId) {
    const key = { pk: partitionOfId(workspaceId, chatId), sk: `${CHAT}${chatId}` };
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
    const chat = Item ? chatOf(Item) : await chatOfItsMessages(doc, tableName, workspaceId, chatId);
    if (!chat) throw chatNotFound(chatId);
    return chat;
  },
  list: (workspaceId, page, sessionId) => listChats(doc, tableName, workspaceId, page, sessionId),
  async markRead(workspaceId, chatId) {
    const read = new UpdateCommand({
      TableName: tableName,
      Key: { pk: partitionOfId(workspaceId, chatId), sk: `${CHAT}${chatId}` },
      UpdateExpression: 'SET unreadCount = :none',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':none': 0 },
    });
    await doc.send(read).catch((error: unknown) => {
      if (!isConditionFailure(error)) throw error; // a chat nobody answered in has nothing unread
    });
  },
  async lastReceivedAt(workspaceId, sessionId, peers) {
    const keys = peers.map((peer) => chatKey(workspaceId, peer, chatIdOf(workspaceId, sessionId, peer)));
    const items = await batchGet(doc, tableName, keys);
    return items.map((item) => (item as Partial<ChatItem> | undefined)?.lastReceivedAt ?? 0);
  },
});

/** The usual case is one write: what happened is newer than what the chat shows. */
async function touchChat(doc: DynamoDBDocumentClient, tableName: string, activity: ChatActivity) {
  const newest = await tryTouch(doc, tableName, activity, 'newest');
  if (newest.item) return outcome(newest.item, activity);
  if (hasCounted(newest.met, activity)) return outcome(newest.met, activity);
  const older = await tryTouch(doc, tableName, activity, 'older'); // it came late: only counted, not shown
  return outcome(older.item ?? older.met, activity);
}

const hasCounted = (item: Item, { sequence }: ChatActivity): boolean => (item as unknown as ChatItem).touchedBy >= sequence;

const outcome = (item: Item, { sequence }: ChatActivity) => ({
  chat: chatOf(item),
  isNew: (item as unknown as ChatItem).openedBy === sequence,
});

type Touched = { readonly item: Item; readonly met?: undefined } | { readonly item?: undefined; readonly met: Item };

/** `met`: the chat as it was, when it was counted already or shows something newer. */
async function tryTouch(doc: DynamoDBDocumentClient, tableName: string, activity: ChatActivity, place: 'newest' | 'older'): Promise<Touched> {
  const chatId = chatIdOf(activity.workspaceId, activity.sessionId, activity.peer);
  const notCounted = '(attribute_not_exists(touchedBy) OR touchedBy < :sequence)';
  const isNewest = '(attribute_not_exists(lastMessageAt) OR lastMessageAt <= :at)';
  const fields = { ...countedFields(activity), ...(place === 'newest' && shownFields(activity, chatId)) };
  const update = new UpdateCommand({
    TableName: tableName,
    Key: chatKey(activity.workspaceId, activity.peer, chatId),
    UpdateExpression: `SET openedBy = if_not_exists(openedBy, :sequence), ${assignments(fields)} ADD unreadCount :unread`,
    ConditionExpression: place === 'newest' ? `${notCounted} AND ${isNewest}` : notCounted,
    ExpressionAttributeNames: Object.fromEntries(Object.keys(fields).map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':sequence': activity.sequence,
      ':unread': activity.unread,
      ...(place === 'newest' && { ':at': activity.at }),
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    return { item: (await doc.send(update)).Attributes ?? {} };
  } catch (error) {
    const met = isConditionFailure(error) ? oldItem(error) : undefined;
    if (!met) throw error;
    return { met };
  }
}

const assignments = (fields: Item): string =>
  Object.keys(fields).map((name) => `#${name} = :${name}`).join(', ');

const countedFields = ({ sessionId, peer, name, sequence, unread, at }: ChatActivity): Item => ({
  sessionId,
  peer,
  touchedBy: sequence,
  ...(name && { name }),
  ...(unread > 0 && { lastReceivedAt: at }),
});

const shownFields = ({ workspaceId, at, preview }: ChatActivity, chatId: string): Item => ({
  lastMessageAt: at,
  lastMessagePreview: preview,
  chatsPk: chatsOfWorkspace(workspaceId),
  chatsSk: dueSort(at, chatId),
});

function chatOf(item: Item): Chat {
  const chat = item as unknown as ChatItem;
  return {
    id: chat.sk.slice(CHAT.length),
    workspaceId: chat.pk.slice(0, chat.pk.indexOf('#')),
    sessionId: chat.sessionId,
    peer: chat.peer,
    name: chat.name ?? null,
    isGroup: isGroup(chat.peer),
    unreadCount: chat.unreadCount,
    lastMessageAt: chat.lastMessageAt,
    lastMessagePreview: chat.lastMessagePreview ?? null,
  };
}

const isGroup = (peer: string): boolean => peer.endsWith('@g.us');

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
  return items[0] && {
    id: chatId,
    workspaceId,
    sessionId: items[0].sessionId,
    peer: items[0].peer,
    name: null,
    isGroup: isGroup(items[0].peer),
    unreadCount: 0,
    lastMessageAt: items[0].sentAt ?? items[0].receivedAt ?? items[0].queuedAt ?? 0,
    lastMessagePreview: null,
  };
}

async function listChats(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  page: PageRequest,
  sessionId: string | undefined,
): Promise<Page<Chat>> {
  const list = listName(workspaceId, 'chats', sessionId);
  const query = {
    TableName: tableName,
    IndexName: INDEX.chats,
    KeyConditionExpression: 'chatsPk = :workspace AND chatsSk < :before',
    ...(sessionId !== undefined && { FilterExpression: 'sessionId = :sessionId' }),
    ExpressionAttributeValues: {
      ':workspace': chatsOfWorkspace(workspaceId),
      ':before': decodeCursor(list, page.cursor) ?? AFTER_ALL,
      ...(sessionId !== undefined && { ':sessionId': sessionId }),
    },
    ScanIndexForward: false,
  };
  return queryPage(doc, query, page.limit, chatOf, (last) => encodeCursor(list, String(last['chatsSk'])));
}
