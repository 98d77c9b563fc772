import type { messageRoutes } from '../../../shared/contracts/api/routes/messages.ts';
import type { SendMessageRequest } from '../../../shared/contracts/api/messages.ts';
import type { IsOptedOut } from '../../../shared/domain/contacts/contacts.ts';
import type { ResolvePeer } from '../../../shared/domain/contacts/resolve-peer.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { AwaitSent } from '../../../shared/domain/outbox/await-sent.ts';
import { INLINE_MEDIA_ADVICE, isTooLargeInline } from '../../../shared/domain/outbox/media-rules.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { QueueMessage } from '../../../shared/domain/outbox/queue-message.ts';
import type { Operation } from '../../http/api-request.ts';
import { HttpRefusal } from '../../http/http-refusal.ts';
import { chooseSession, type ChooseSessionDeps } from './choose-session.ts';

export interface SendMessageDeps extends ChooseSessionDeps {
  readonly resolvePeer: ResolvePeer;
  readonly isOptedOut: IsOptedOut;
  readonly queueMessage: QueueMessage;
  readonly awaitSent: AwaitSent;
}

/** Queues a message and, if asked to, waits for it to leave. */
export const makeSendMessage = (deps: SendMessageDeps): Operation<typeof messageRoutes.sendMessage> =>
  async ({ workspaceId, body, query, now, seed }) => {
    const { sessionId, to, sendAt, priority, replyTo, ...content } = body as unknown as SendMessageRequest; // zod types the union as loose objects
    if (isTooLargeInline(content)) throw new HttpRefusal(413, 'media_too_large_inline', INLINE_MEDIA_ADVICE);
    const peer = await deps.resolvePeer(workspaceId, to);
    const { session, ...chosen } = await chooseSession(deps, { workspaceId, peer, content, replyTo, now }, sessionId);
    if (priority !== 'critical' && (await deps.isOptedOut(workspaceId, peer))) throw optedOut();
    const queued = await deps.queueMessage({ session, ...chosen, peer, content, priority, sendAt, replyTo, now, seed });
    const message = await deps.awaitSent(queued, query.wait);
    return { status: 202, body: messageView(message, message.sessionId === session.id ? session.phoneNumber : null) };
  };

const optedOut = (): DomainError =>
  new DomainError('conflict', 'contact_opted_out', 'They asked to get no more messages. Answer them in person (priority critical, or POST /v1/chats/{id}/messages), or opt them in first.', {
    fields: [{ path: 'to', message: 'opted out' }],
  });
