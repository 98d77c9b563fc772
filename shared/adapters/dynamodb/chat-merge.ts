import { GetCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '../../domain/errors.ts';
import { chatIdOf } from '../../identity/chat-identity.ts';
import { asChatItem, CHAT, type ChatItem, chatIdIn, shownFields } from './chat-item.ts';
import { placeText, shifted } from './chat-places.ts';
import { isLostRace, type Item } from './conditions.ts';
import { chatKey, peerPartition } from './keys.ts';
import { queryAll } from './query-page.ts';

const ATTEMPTS = 8;
const PAUSE_MS = 15;

/** Every chat with a peer, of all sessions, those included that went into another. */
export async function chatItemsOf(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, peer: string): Promise<readonly ChatItem[]> {
  const items = await queryAll(doc, {
    TableName: tableName,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :chats)',
    ExpressionAttributeValues: { ':pk': peerPartition(workspaceId, peer), ':chats': CHAT },
  });
  return items.map(asChatItem).filter((item) => item.peer === peer);
}

export async function mergeChats(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, peers: { readonly from: string; readonly to: string }, nowMs: () => number): Promise<void> {
  for (const item of await chatItemsOf(doc, tableName, workspaceId, peers.from)) {
    if (item.mergedInto === undefined) await mergeOne(doc, tableName, { workspaceId, item, to: peers.to, nowMs });
  }
}

interface Merge {
  readonly workspaceId: string;
  readonly item: ChatItem;
  readonly to: string;
  readonly nowMs: () => number;
}

/** Reads both, writes both if neither has changed; whoever changed one of them meanwhile makes us look again. */
async function mergeOne(doc: DynamoDBDocumentClient, tableName: string, merge: Merge): Promise<void> {
  const { workspaceId, to } = merge;
  const targetKey = chatKey(workspaceId, to, chatIdOf(workspaceId, merge.item.sessionId, to));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [from, target] = await Promise.all([read(doc, tableName, merge.item), read(doc, tableName, targetKey)]);
    if (!from || from.mergedInto !== undefined) return;
    const Item = { ...together(merge, from, target, chatIdIn(targetKey)), ...targetKey };
    try {
      await doc.send(new TransactWriteCommand({ TransactItems: [
        { Update: { TableName: tableName, ...intoOther(from, chatIdIn(targetKey)) } },
        { Put: { TableName: tableName, Item, ...asSeen(target) } },
      ] }));
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * 2 ** attempt));
    }
  }
  throw new DomainError('unavailable', 'database_busy', 'The chat keeps changing. Try again shortly.', { retryAfterSeconds: 2 });
}

async function read(doc: DynamoDBDocumentClient, tableName: string, { pk, sk }: { readonly pk: string; readonly sk: string }): Promise<ChatItem | undefined> {
  const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: { pk, sk }, ConsistentRead: true }));
  return Item && asChatItem(Item);
}

const intoOther = (from: ChatItem, target: string) => ({
  Key: { pk: from.pk, sk: from.sk },
  UpdateExpression: 'SET mergedInto = :target REMOVE chatsPk, chatsSk',
  ConditionExpression: 'attribute_not_exists(mergedInto) AND touchedBy = :touched AND unreadCount = :unread',
  ExpressionAttributeValues: { ':target': target, ':touched': from.touchedBy, ':unread': from.unreadCount },
});

const asSeen = (target: ChatItem | undefined) =>
  target === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: 'touchedBy = :touched AND unreadCount = :unread',
        ExpressionAttributeValues: { ':touched': target.touchedBy, ':unread': target.unreadCount },
      };

function together({ workspaceId, to, nowMs }: Merge, from: ChatItem, target: ChatItem | undefined, chatId: string): Item {
  const newest = target === undefined || from.lastMessageAt > target.lastMessageAt ? from : target;
  const shown = shownFields({ workspaceId, at: newest.lastMessageAt, preview: newest.lastMessagePreview ?? null }, chatId);
  const now = nowMs();
  const place = { ...shifted({ ...(target ?? from) }), place: placeText(now, newest.lastMessageAt), placedAt: now };
  const lastReceivedAt = Math.max(from.lastReceivedAt ?? 0, target?.lastReceivedAt ?? 0);
  const name = target?.name ?? from.name;
  return {
    ...from,
    ...target,
    ...shown,
    ...place,
    peer: to,
    ...(name && { name }),
    unreadCount: from.unreadCount + (target?.unreadCount ?? 0),
    messagesIn: (from.messagesIn ?? 0) + (target?.messagesIn ?? 0),
    messagesOut: (from.messagesOut ?? 0) + (target?.messagesOut ?? 0),
    firstMessageAt: Math.min(...[from, target].flatMap((chat) => (chat === undefined ? [] : [chat.firstMessageAt ?? chat.lastMessageAt]))),
    ...(lastReceivedAt > 0 && { lastReceivedAt }),
    formerPeers: [...new Set([...(target?.formerPeers ?? []), ...(from.formerPeers ?? []), from.peer])],
    openedBy: target?.openedBy ?? from.openedBy,
    touchedBy: [from.touchedBy, target?.touchedBy ?? ''].toSorted()[1],
  };
}
