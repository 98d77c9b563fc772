import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Chat, ChatActivity } from '../../domain/chats/chats.ts';
import { chatIdOf } from '../../identity/chat-identity.ts';
import { asChatItem, chatOf, shownFields } from './chat-item.ts';
import { placeText, SHIFT, SHIFT_VALUES } from './chat-places.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { chatKey, partitionOfId, type Key } from './keys.ts';

interface Touch {
  readonly key: Key;
  readonly chatId: string;
  readonly activity: ChatActivity;
  readonly nowMs: number;
}

/** The usual case is one write: what happened is newer than what the chat shows. */
export async function touchChat(doc: DynamoDBDocumentClient, tableName: string, activity: ChatActivity, nowMs: number): Promise<{ chat: Chat; isNew: boolean }> {
  const chatId = chatIdOf(activity.workspaceId, activity.sessionId, activity.peer);
  return touchIt(doc, tableName, { key: chatKey(activity.workspaceId, activity.peer, chatId), chatId, activity, nowMs });
}

async function touchIt(doc: DynamoDBDocumentClient, tableName: string, touch: Touch): Promise<{ chat: Chat; isNew: boolean }> {
  const { activity } = touch;
  const newest = await tryTouch(doc, tableName, touch, 'newest');
  if (newest.item) return outcome(newest.item, activity);
  const { mergedInto } = asChatItem(newest.met);
  if (mergedInto !== undefined) return touchIt(doc, tableName, inChat(touch, mergedInto)); // it went into another meanwhile
  if (hasCounted(newest.met, activity)) return outcome(newest.met, activity);
  const older = await tryTouch(doc, tableName, touch, 'older'); // it came late: only counted, not shown
  return outcome(older.item ?? older.met, activity);
}

const inChat = (touch: Touch, chatId: string): Touch => ({
  ...touch,
  chatId,
  key: { pk: partitionOfId(touch.activity.workspaceId, chatId), sk: `CHAT#${chatId}` },
});

const hasCounted = (item: Item, { sequence }: ChatActivity): boolean => asChatItem(item).touchedBy >= sequence;

const outcome = (item: Item, { sequence }: ChatActivity) => ({ chat: chatOf(item), isNew: asChatItem(item).openedBy === sequence });

type Touched = { readonly item: Item; readonly met?: undefined } | { readonly item?: undefined; readonly met: Item };

/** `met`: the chat as it was, when it was counted already, shows something newer, or has gone into another. */
async function tryTouch(doc: DynamoDBDocumentClient, tableName: string, { key, chatId, activity, nowMs }: Touch, place: 'newest' | 'older'): Promise<Touched> {
  const isNewest = place === 'newest';
  const fields = { ...countedFields(activity, key, chatId), ...(isNewest && { ...shownFields(activity, chatId), place: placeText(nowMs, activity.at), placedAt: nowMs }) };
  const conditions = [
    '(attribute_not_exists(touchedBy) OR touchedBy < :sequence)',
    'attribute_not_exists(mergedInto)',
    ...(isNewest ? ['(attribute_not_exists(lastMessageAt) OR lastMessageAt <= :at)'] : []),
  ];
  const sets = [
    'openedBy = if_not_exists(openedBy, :sequence)',
    'firstMessageAt = if_not_exists(firstMessageAt, :first)',
    ...(isNewest ? [SHIFT] : []),
    ...Object.keys(fields).map((name) => `#${name} = :${name}`),
  ];
  const update = new UpdateCommand({
    TableName: tableName,
    Key: key,
    UpdateExpression: `SET ${sets.join(', ')} ADD unreadCount :unread, messagesIn :unread, messagesOut :sent`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(Object.keys(fields).map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':sequence': activity.sequence,
      ':unread': activity.unread,
      ':sent': activity.sent ?? 0,
      ':first': activity.at,
      ...(isNewest && { ':at': activity.at, ...SHIFT_VALUES }),
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

/** A chat that others went into keeps its own peer. */
const countedFields = ({ workspaceId, sessionId, peer, name, sequence, unread, at }: ChatActivity, key: Key, chatId: string): Item => ({
  sessionId,
  ...(chatKey(workspaceId, peer, chatId).pk === key.pk && { peer }),
  touchedBy: sequence,
  ...(name && { name }),
  ...(unread > 0 && { lastReceivedAt: at }),
});
