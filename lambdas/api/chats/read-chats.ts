import type { chatRoutes } from '../../../shared/contracts/api/routes/chats.ts';
import { chatView } from '../../../shared/domain/chats/chat-view.ts';
import type { Chats } from '../../../shared/domain/chats/chats.ts';
import type { AddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';

export interface ReadChatsDeps {
  readonly chats: Pick<Chats, 'get' | 'list'>;
  readonly messages: Pick<Messages, 'listOfChat'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly addMediaLink: AddMediaLink;
}

export const makeListChats = ({ chats }: Pick<ReadChatsDeps, 'chats'>): Operation<typeof chatRoutes.listChats> =>
  async ({ workspaceId, query: { limit, cursor, sessionId } }) => {
    const page = await chats.list(workspaceId, { limit, cursor }, sessionId);
    return { status: 200, body: { data: page.items.map(chatView), nextCursor: page.cursor ?? null } };
  };

/** Ids order by WhatsApp's seconds; within a page we can do better. */
const shownAt = ({ receivedAt, queuedAt }: StoredMessage): number => receivedAt ?? queuedAt ?? 0;

export const makeListChatMessages = ({ chats, messages, sessions, addMediaLink }: ReadChatsDeps): Operation<typeof chatRoutes.listChatMessages> =>
  async ({ workspaceId, params: { id }, query }) => {
    const { sessionId } = await chats.get(workspaceId, id);
    const [page, session] = await Promise.all([messages.listOfChat(workspaceId, id, query), sessions.find(sessionId)]);
    const views = page.items.toSorted((a, b) => shownAt(b) - shownAt(a)).map((message) => messageView(message, session?.phoneNumber ?? null));
    const data = await Promise.all(views.map((view) => addMediaLink(workspaceId, view)));
    return { status: 200, body: { data, nextCursor: page.cursor ?? null } };
  };
