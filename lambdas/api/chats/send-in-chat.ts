import type { SendInChatRequest } from '../../../shared/contracts/api/messages.ts';
import type { chatRoutes } from '../../../shared/contracts/api/routes/chats.ts';
import type { Chats } from '../../../shared/domain/chats/chats.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { AwaitSent } from '../../../shared/domain/outbox/await-sent.ts';
import { INLINE_MEDIA_ADVICE, isTooLargeInline } from '../../../shared/domain/outbox/media-rules.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { QueueMessage } from '../../../shared/domain/outbox/queue-message.ts';
import { requireUsable } from '../../../shared/domain/outbox/usable-session.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';
import { HttpRefusal } from '../../http/http-refusal.ts';

export interface SendInChatDeps {
  readonly chats: Pick<Chats, 'get'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly queueMessage: QueueMessage;
  readonly awaitSent: AwaitSent;
}

/** Answers from the number the chat is with: the other side knows no other. */
export const makeSendInChat = (deps: SendInChatDeps): Operation<typeof chatRoutes.sendInChat> =>
  async ({ workspaceId, params: { id }, body, query, now, seed }) => {
    const { sendAt, priority, replyTo, ...content } = body as unknown as SendInChatRequest; // zod types the union as loose objects
    if (isTooLargeInline(content)) throw new HttpRefusal(413, 'media_too_large_inline', INLINE_MEDIA_ADVICE);
    const { sessionId, peer } = await deps.chats.get(workspaceId, id);
    const session = requireUsable(existing(sessionId, await deps.sessions.find(sessionId)));
    const queued = await deps.queueMessage({ session, peer, content, priority, sendAt, replyTo, now, seed });
    const message = await deps.awaitSent(queued, query.wait);
    return { status: 202, body: messageView(message, session.phoneNumber) };
  };

function existing(sessionId: string, session: Session | undefined): Session {
  if (session) return session;
  throw new DomainError('conflict', 'session_not_usable', `Session ${sessionId}, which held this chat, is deleted. Write from another one (POST /v1/messages).`);
}
