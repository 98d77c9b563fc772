import type { Chat, ChatActivity, Chats } from '../../../shared/domain/chats/chats.ts';
import { chatNotFound } from '../../../shared/domain/errors.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { memoryMessageTable, type MemoryMessageTable } from './memory-message-table.ts';

interface ChatRow {
  readonly chat: Chat;
  readonly openedBy: string;
  readonly touchedBy: string;
  readonly lastReceivedAt: number;
}

/** Conversations in memory. Chats that only a campaign wrote to are found in the message table. Cursors are offsets. */
export function memoryChats(table: MemoryMessageTable = memoryMessageTable()): Chats {
  const rows = new Map<string, ChatRow>();
  const inWorkspace = (workspaceId: string) => [...rows.values()].map(({ chat }) => chat).filter((chat) => chat.workspaceId === workspaceId);

  return {
    async touch(activity) {
      const id = chatIdOf(activity.workspaceId, activity.sessionId, activity.peer);
      const before = rows.get(id);
      const row = before && before.touchedBy >= activity.sequence ? before : touched(before, id, activity);
      rows.set(id, row);
      return { chat: row.chat, isNew: row.openedBy === activity.sequence };
    },
    async get(workspaceId, chatId) {
      const chat = inWorkspace(workspaceId).find(({ id }) => id === chatId) ?? chatOfItsMessages(table, workspaceId, chatId);
      if (!chat) throw chatNotFound(chatId);
      return chat;
    },
    async list(workspaceId, { limit, cursor = '0' }, sessionId) {
      const all = inWorkspace(workspaceId)
        .filter((chat) => sessionId === undefined || chat.sessionId === sessionId)
        .sort((a, b) => b.lastMessageAt - a.lastMessageAt || (a.id < b.id ? 1 : -1));
      const end = Number(cursor) + limit;
      return { items: all.slice(Number(cursor), end), cursor: end < all.length ? String(end) : undefined };
    },
    async markRead(workspaceId, chatId) {
      const row = rows.get(chatId);
      if (row?.chat.workspaceId === workspaceId) rows.set(chatId, { ...row, chat: { ...row.chat, unreadCount: 0 } });
    },
    async lastReceivedAt(workspaceId, sessionId, peers) {
      return peers.map((peer) => rows.get(chatIdOf(workspaceId, sessionId, peer))?.lastReceivedAt ?? 0);
    },
  };
}

function touched(before: ChatRow | undefined, id: string, activity: ChatActivity): ChatRow {
  const { workspaceId, sessionId, peer, at, preview, sequence } = activity;
  const isNewest = !before || at >= before.chat.lastMessageAt;
  const shown = isNewest ? { lastMessageAt: at, lastMessagePreview: preview } : {};
  const start = { id, workspaceId, sessionId, peer, name: null, isGroup: peer.endsWith('@g.us'), unreadCount: 0 };
  const chat = { ...start, lastMessageAt: at, lastMessagePreview: preview, ...before?.chat, ...shown };
  return {
    chat: { ...chat, name: activity.name || chat.name, unreadCount: chat.unreadCount + activity.unread },
    openedBy: before?.openedBy ?? sequence,
    touchedBy: sequence,
    lastReceivedAt: activity.unread > 0 ? at : (before?.lastReceivedAt ?? 0),
  };
}

function chatOfItsMessages({ rows }: MemoryMessageTable, workspaceId: string, chatId: string): Chat | undefined {
  const row = [...rows.values()].filter((one) => one.workspaceId === workspaceId && one.chatId === chatId).sort((a, b) => (a.id < b.id ? 1 : -1))[0];
  if (!row) return undefined;
  const { sessionId, peer } = row;
  const lastMessageAt = row.sentAt ?? row.receivedAt ?? row.queuedAt ?? 0;
  return { id: chatId, workspaceId, sessionId, peer, name: null, isGroup: peer.endsWith('@g.us'), unreadCount: 0, lastMessageAt, lastMessagePreview: null };
}
