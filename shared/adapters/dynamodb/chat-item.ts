import type { Chat, ChatActivity } from '../../domain/chats/chats.ts';
import type { Item } from './conditions.ts';
import { chatsOfWorkspace, dueSort, type Key } from './keys.ts';

export interface ChatItem extends Key {
  readonly sessionId: string;
  readonly peer: string;
  readonly name?: string;
  readonly unreadCount: number;
  readonly lastMessageAt: number;
  readonly lastMessagePreview?: string;
  readonly lastReceivedAt?: number;
  readonly firstMessageAt?: number;
  readonly messagesIn?: number;
  readonly messagesOut?: number;
  readonly formerPeers?: readonly string[];
  /** The chat this one went into. It is in no list any more. */
  readonly mergedInto?: string;
  /** The batches that opened the chat and that last changed it. */
  readonly openedBy: string;
  readonly touchedBy: string;
  /** `<ms when it was put there>:<its lastMessageAt then>`, and its places before, the latest first: see chat-places.ts. */
  readonly place?: string;
  readonly placedAt?: number;
  readonly chatsPk?: string;
  readonly chatsSk?: string;
}

export const CHAT = 'CHAT#';

/** Only our adapters write this table, so the shape is taken on trust. */
export const asChatItem = (item: Item): ChatItem => item as unknown as ChatItem;

export const chatIdIn = ({ sk }: Key): string => sk.slice(CHAT.length);

export function chatOf(item: Item): Chat {
  const chat = asChatItem(item);
  return {
    id: chatIdIn(chat),
    workspaceId: chat.pk.slice(0, chat.pk.indexOf('#')),
    sessionId: chat.sessionId,
    peer: chat.peer,
    name: chat.name ?? null,
    isGroup: isGroup(chat.peer),
    unreadCount: chat.unreadCount,
    lastMessageAt: chat.lastMessageAt,
    lastMessagePreview: chat.lastMessagePreview ?? null,
    firstMessageAt: chat.firstMessageAt ?? chat.lastMessageAt,
    messagesIn: chat.messagesIn ?? 0,
    messagesOut: chat.messagesOut ?? 0,
    formerPeers: chat.formerPeers ?? [],
  };
}

export const isGroup = (peer: string): boolean => peer.endsWith('@g.us');

export const shownFields = ({ workspaceId, at, preview }: Pick<ChatActivity, 'workspaceId' | 'at' | 'preview'>, chatId: string): Item => ({
  lastMessageAt: at,
  lastMessagePreview: preview,
  chatsPk: chatsOfWorkspace(workspaceId),
  chatsSk: dueSort(at, chatId),
});
