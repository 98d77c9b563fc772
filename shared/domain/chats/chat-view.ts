import type { ChatView } from '../../contracts/api/messages.ts';
import type { Contact } from '../contacts/contact.ts';
import type { Chat } from './chats.ts';

/** A chat as the API and its events show it. `contact`: whom it is with, where that was looked up. */
export const chatView = (
  { id, sessionId, peer, name, isGroup, unreadCount, lastMessageAt, lastMessagePreview }: Chat,
  contact?: Pick<Contact, 'id' | 'name'>,
): ChatView => ({
  id,
  sessionId,
  peer,
  name: contact?.name ?? name,
  ...(contact && { contactId: contact.id }),
  isGroup,
  unreadCount,
  lastMessageAt: new Date(lastMessageAt).toISOString(),
  lastMessagePreview,
});
