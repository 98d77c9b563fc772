import type { MessageContent, Priority } from '../../contracts/message.ts';
import type { Chats } from '../chats/chats.ts';
import { DomainError } from '../errors.ts';
import { requireSupported } from '../providers/provider-types.ts';
import type { InstanceCalls } from '../sessions/instance-calls.ts';
import type { Session } from '../sessions/session.ts';
import type { AttachMedia } from '../media/attach-media.ts';
import { requireReferences } from './check-references.ts';
import { mediaUrlOf } from './media-rules.ts';
import { NO_EXTRAS } from './message-extras.ts';
import type { Messages, StoredMessage } from './messages.ts';
import type { OutboundMessage } from './outbound-message.ts';
import type { Outbox } from './outbox.ts';
import { malformedTextPath } from './well-formed.ts';

/** One message someone wants sent. Made twice with the same `now` and `seed`, it is one message. */
export interface MessageOrder {
  readonly session: Session;
  /** A phone number with +, …@lid or …@g.us */
  readonly peer: string;
  readonly content: MessageContent;
  readonly priority: Priority;
  readonly sendAt: string | undefined;
  readonly replyTo: string | undefined;
  readonly now: number; // Unix ms
  readonly seed: string;
  /** The number was chosen for it, so another one may take it. */
  readonly mayMove?: boolean;
  /** The session that should have sent it, had its number not been down. */
  readonly failoverFrom?: string | undefined;
}

export interface QueueMessageDeps {
  readonly outbox: Pick<Outbox, 'insert'>;
  readonly messages: Pick<Messages, 'get' | 'getMany'>;
  readonly chats: Pick<Chats, 'get'>;
  readonly calls: Pick<InstanceCalls, 'nudge'>;
  /** What the provider of the session asks of it beyond its type; throws `window_closed` and the like. */
  readonly requireSendable: RequireSendable;
  readonly isPublicUrl: (url: string) => boolean;
  readonly attachMedia: AttachMedia;
  readonly messageIdOf: (workspaceId: string, peer: string, timeMs: number, seed: string) => string;
  readonly chatIdOf: (workspaceId: string, sessionId: string, peer: string) => string;
}

export type RequireSendable = (order: MessageOrder) => Promise<void>;

const MAX_DELAY_MS = 365 * 24 * 3_600_000;
const MOST_NOTICE_MS = 900_000; // a queue holds nothing longer; the schedule `requeue-work` does

/**
 * Puts a message into its session's outbox, from where on it is safe (I1), and wakes the sender. Throws `invalid_request`
 * when it is to leave more than a year from now or has media nobody may fetch, and what `requireReferences` and
 * `AttachMedia` throw.
 */
export function makeQueueMessage(deps: QueueMessageDeps) {
  return async (order: MessageOrder): Promise<StoredMessage> => {
    const ordered = outboundMessage(deps, order);
    requireSupported(order.session, ordered.content, ordered.peer);
    requireWholeText(ordered);
    requireWithinAYear(ordered, order.now);
    requirePublicMedia(deps, ordered);
    await requireReferences(deps, ordered);
    await deps.requireSendable(order);
    const message = { ...ordered, content: await deps.attachMedia(ordered.workspaceId, ordered.content, order.session.provider) };
    const { inserted } = await deps.outbox.insert(message);
    if (message.dueAt - order.now <= noticeMs(order.session)) await deps.calls.nudge(order.session, 'outbox');
    return inserted ? justQueued(message) : deps.messages.get(message.workspaceId, message.id);
  };
}
export type QueueMessage = ReturnType<typeof makeQueueMessage>;

/** Nobody watches the outbox of a number on the Cloud API, so its sender puts a job on its queue for when the time comes. */
const noticeMs = ({ provider }: Session): number => (provider === 'meta' ? MOST_NOTICE_MS : 0);

function outboundMessage({ messageIdOf, chatIdOf }: QueueMessageDeps, order: MessageOrder): OutboundMessage {
  const { peer, content, priority, sendAt, replyTo = null, now, seed } = order;
  const { id: sessionId, workspaceId } = order.session;
  return {
    id: messageIdOf(workspaceId, peer, now, seed),
    workspaceId,
    sessionId,
    chatId: chatIdOf(workspaceId, sessionId, peer),
    peer,
    content,
    replyTo,
    campaignId: null,
    priority,
    dueAt: Math.max(now, sendAt === undefined ? now : Date.parse(sendAt)),
    queuedAt: now,
    status: 'queued',
    claimToken: null,
    failure: null,
    ...(order.mayMove && { mayMove: true }),
    ...(order.failoverFrom !== undefined && { failoverFrom: order.failoverFrom }),
  };
}

function requireWholeText({ content }: OutboundMessage): void {
  const path = malformedTextPath(content);
  if (path !== undefined) throw invalid(path, 'must be well-formed Unicode');
}

function requireWithinAYear({ dueAt }: OutboundMessage, now: number): void {
  if (dueAt - now > MAX_DELAY_MS) throw invalid('sendAt', 'must be within a year from now');
}

function requirePublicMedia({ isPublicUrl }: QueueMessageDeps, { content }: OutboundMessage): void {
  const url = mediaUrlOf(content);
  if (url !== undefined && !isPublicUrl(url)) throw invalid('media.url', 'must lead to a public address');
}

const invalid = (path: string, message: string): DomainError =>
  new DomainError('invalid', 'invalid_request', `Not valid: ${path}.`, { fields: [{ path, message }] });

/** How the history shows a message that was put into the outbox this moment. */
const justQueued = ({ content, claimToken: _claimToken, mayMove: _mayMove, ...message }: OutboundMessage): StoredMessage => ({
  ...NO_EXTRAS,
  ...message,
  direction: 'outbound',
  type: content.type,
  text: 'text' in content ? (content.text ?? null) : null,
  content,
  media: null,
  author: null,
  wireId: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  receivedAt: null,
});
