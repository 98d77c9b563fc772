import type { ChatView } from '../../contracts/api/messages.ts';
import type { Chat } from './chats.ts';

/** A chat as the API and its events show it. */
export const chatView = ({ id, sessionId, peer, name, isGroup, unreadCount, lastMessageAt, lastMessagePreview }: Chat): ChatView => ({
  id,
  sessionId,
  peer,
  name,
  isGroup,
  unreadCount,
  lastMessageAt: new Date(lastMessageAt).toISOString(),
  lastMessagePreview,
});
