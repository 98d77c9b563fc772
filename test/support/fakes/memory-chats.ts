import type { Chat, ChatActivity, Chats } from '../../../shared/domain/chats/chats.ts';
import { chatNotFound } from '../../../shared/domain/errors.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { memoryMessageTable, type MemoryMessageTable } from './memory-message-table.ts';

interface ChatRow {
  readonly chat: Chat;
  readonly mergedInto?: string;
  /** Where the list had it, and from when (a count of what happened). */
  readonly places: readonly { readonly since: number; readonly at: number }[];
  readonly openedBy: string;
  readonly touchedBy: string;
  readonly lastReceivedAt: number;
}

/** Conversations in memory. Chats that only a campaign wrote to are found in the message table. */
export function memoryChats(table: MemoryMessageTable = memoryMessageTable()): Chats {
  const rows = new Map<string, ChatRow>();
  let happened = 0;
  const inWorkspace = (workspaceId: string) => [...rows.values()].filter(({ chat, mergedInto }) => chat.workspaceId === workspaceId && mergedInto === undefined);
  const leadsTo = (chatId: string): string => {
    const next = rows.get(chatId)?.mergedInto;
    return next === undefined ? chatId : leadsTo(next);
  };

  return {
    async touch(activity) {
      const id = leadsTo(chatIdOf(activity.workspaceId, activity.sessionId, activity.peer));
      const before = rows.get(id);
      const row = before && before.touchedBy >= activity.sequence ? before : touched(before, id, activity, ++happened);
      rows.set(id, row);
      return { chat: row.chat, isNew: row.openedBy === activity.sequence };
    },
    async get(workspaceId, chatId) {
      const row = inWorkspace(workspaceId).find(({ chat: { id } }) => id === leadsTo(chatId));
      const chat = row?.chat ?? chatOfItsMessages(table, workspaceId, chatId);
      if (!chat) throw chatNotFound(chatId);
      return chat;
    },
    async list(workspaceId, { limit, cursor }, { sessionId, isUnread } = {}) {
      const [snapshot = happened, offset = 0] = cursor?.split(' ').map(Number) ?? [];
      const placed = inWorkspace(workspaceId)
        .filter(({ chat }) => (sessionId === undefined || chat.sessionId === sessionId) && (!isUnread || chat.unreadCount > 0))
        .flatMap(({ chat, places }) => {
          const place = places.findLast(({ since }) => since <= snapshot);
          return place === undefined ? [] : [{ chat, place }];
        })
        .sort((a, b) => b.place.at - a.place.at || (a.chat.id < b.chat.id ? 1 : -1));
      const end = offset + limit;
      return { items: placed.slice(offset, end).map(({ chat }) => chat), cursor: end < placed.length ? `${snapshot} ${end}` : undefined };
    },
    async ofPeers(workspaceId, peers) {
      return inWorkspace(workspaceId).map(({ chat }) => chat).filter(({ peer }) => peers.includes(peer));
    },
    async mergeInto(workspaceId, from, to) {
      for (const row of inWorkspace(workspaceId).filter(({ chat }) => chat.peer === from)) {
        const id = chatIdOf(workspaceId, row.chat.sessionId, to);
        rows.set(id, together(row, rows.get(id), { id, peer: to }, ++happened));
        rows.set(row.chat.id, { ...row, mergedInto: id });
      }
    },
    async markRead(workspaceId, chatId) {
      const row = rows.get(leadsTo(chatId));
      if (row?.chat.workspaceId === workspaceId) rows.set(row.chat.id, { ...row, chat: { ...row.chat, unreadCount: 0 } });
    },
    async lastReceivedAt(workspaceId, sessionId, peers) {
      return peers.map((peer) => rows.get(chatIdOf(workspaceId, sessionId, peer))?.lastReceivedAt ?? 0);
    },
  };
}

function touched(before: ChatRow | undefined, id: string, activity: ChatActivity, now: number): ChatRow {
  const { workspaceId, sessionId, peer, at, preview, sequence, unread, sent = 0 } = activity;
  const isNewest = !before || at >= before.chat.lastMessageAt;
  const shown = isNewest ? { lastMessageAt: at, lastMessagePreview: preview } : {};
  const counts = { unreadCount: 0, messagesIn: 0, messagesOut: 0, formerPeers: [] };
  const start = { id, workspaceId, sessionId, peer, name: null, isGroup: peer.endsWith('@g.us'), firstMessageAt: at, ...counts };
  const chat = { ...start, lastMessageAt: at, lastMessagePreview: preview, ...before?.chat, ...shown };
  return {
    chat: { ...chat, name: activity.name || chat.name, unreadCount: chat.unreadCount + unread, messagesIn: chat.messagesIn + unread, messagesOut: chat.messagesOut + sent },
    openedBy: before?.openedBy ?? sequence,
    touchedBy: sequence,
    lastReceivedAt: unread > 0 ? at : (before?.lastReceivedAt ?? 0),
    places: [...(before?.places ?? []), ...(isNewest ? [{ since: now, at }] : [])],
  };
}

function together(from: ChatRow, target: ChatRow | undefined, own: { readonly id: string; readonly peer: string }, now: number): ChatRow {
  if (target === undefined) return { ...from, chat: { ...from.chat, ...own, formerPeers: [...from.chat.formerPeers, from.chat.peer] } };
  const newest = from.chat.lastMessageAt > target.chat.lastMessageAt ? from.chat : target.chat;
  const sum = (name: 'unreadCount' | 'messagesIn' | 'messagesOut') => from.chat[name] + target.chat[name];
  return {
    ...target,
    chat: {
      ...target.chat,
      name: target.chat.name ?? from.chat.name,
      unreadCount: sum('unreadCount'),
      messagesIn: sum('messagesIn'),
      messagesOut: sum('messagesOut'),
      lastMessageAt: newest.lastMessageAt,
      lastMessagePreview: newest.lastMessagePreview,
      firstMessageAt: Math.min(from.chat.firstMessageAt, target.chat.firstMessageAt),
      formerPeers: [...new Set([...target.chat.formerPeers, ...from.chat.formerPeers, from.chat.peer])],
    },
    touchedBy: [from.touchedBy, target.touchedBy].toSorted()[1] ?? '',
    lastReceivedAt: Math.max(from.lastReceivedAt, target.lastReceivedAt),
    places: [...target.places, { since: now, at: newest.lastMessageAt }],
  };
}

function chatOfItsMessages({ rows }: MemoryMessageTable, workspaceId: string, chatId: string): Chat | undefined {
  const row = [...rows.values()].filter((one) => one.workspaceId === workspaceId && one.chatId === chatId).sort((a, b) => (a.id < b.id ? 1 : -1))[0];
  if (!row) return undefined;
  const { sessionId, peer } = row;
  const at = row.sentAt ?? row.receivedAt ?? row.queuedAt ?? 0;
  const counts = { unreadCount: 0, messagesIn: 0, messagesOut: 0, formerPeers: [] };
  return { id: chatId, workspaceId, sessionId, peer, name: null, isGroup: peer.endsWith('@g.us'), lastMessageAt: at, lastMessagePreview: null, firstMessageAt: at, ...counts };
}
