import type { chatRoutes } from '../../../shared/contracts/api/routes/chats.ts';
import { chatView } from '../../../shared/domain/chats/chat-view.ts';
import type { Chat, ChatFilter, Chats } from '../../../shared/domain/chats/chats.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { isPerson } from '../../../shared/domain/contacts/identities.ts';
import type { AddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import type { Operation } from '../../http/api-request.ts';
import { searchChats } from './search-chats.ts';

export interface ReadChatsDeps {
  readonly chats: Pick<Chats, 'get' | 'list' | 'ofPeers'>;
  readonly contacts: Pick<Contacts, 'find' | 'list'>;
  readonly messages: Pick<Messages, 'listOfChat'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly addMediaLink: AddMediaLink;
}

export const makeListChats = (deps: Pick<ReadChatsDeps, 'chats' | 'contacts'>): Operation<typeof chatRoutes.listChats> =>
  async ({ workspaceId, query: { limit, cursor, sessionId, unread, search } }) => {
    const filter: ChatFilter = { ...(sessionId !== undefined && { sessionId }), ...(unread === true && { isUnread: true }) };
    const page = { limit, cursor };
    const found = search === undefined ? deps.chats.list(workspaceId, page, filter) : searchChats(deps, workspaceId, page, { ...filter, search });
    const { items, cursor: next } = await found;
    return { status: 200, body: { data: await viewsOf(deps, workspaceId, items), nextCursor: next ?? null } };
  };

export const makeGetChat = (deps: Pick<ReadChatsDeps, 'chats' | 'contacts'>): Operation<typeof chatRoutes.getChat> =>
  async ({ workspaceId, params: { id } }) => {
    const [body] = await viewsOf(deps, workspaceId, [await deps.chats.get(workspaceId, id)]);
    return { status: 200, body };
  };

/** Named as the contacts they are with. */
async function viewsOf({ contacts }: Pick<ReadChatsDeps, 'contacts'>, workspaceId: string, chats: readonly Chat[]) {
  const known = await contacts.find(workspaceId, chats.map(({ peer }) => peer).filter(isPerson));
  return chats.map((chat) => {
    const contact = known.get(chat.peer);
    return chatView(chat, contact?.isForgotten ? undefined : contact);
  });
}

/** Ids order by WhatsApp's seconds; within a page we can do better. */
const shownAt = ({ receivedAt, queuedAt }: StoredMessage): number => receivedAt ?? queuedAt ?? 0;

export const makeListChatMessages = ({ chats, messages, sessions, addMediaLink }: Omit<ReadChatsDeps, 'contacts'>): Operation<typeof chatRoutes.listChatMessages> =>
  async ({ workspaceId, params: { id }, query }) => {
    const chat = await chats.get(workspaceId, id);
    const { sessionId } = chat;
    const former = chat.formerPeers.map((peer) => chatIdOf(workspaceId, sessionId, peer));
    const [page, session] = await Promise.all([messages.listOfChat(workspaceId, chat.id, query, former), sessions.find(sessionId)]);
    const views = page.items.toSorted((a, b) => shownAt(b) - shownAt(a)).map((message) => messageView(message, session?.phoneNumber ?? null));
    const data = await Promise.all(views.map(async (message) => ({ ...(await addMediaLink(workspaceId, message)), chatId: chat.id }))); // those from before a merge lie under another
    return { status: 200, body: { data, nextCursor: page.cursor ?? null } };
  };
