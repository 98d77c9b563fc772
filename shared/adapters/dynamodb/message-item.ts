import type { MessageDetails } from '../../contracts/message-details.ts';
import type { MessageContent, MessageFailure, MessageStatus, MessageType, Priority } from '../../contracts/message.ts';
import { withAnnotations, type Annotations } from '../../domain/outbox/annotations.ts';
import type { ReceivedMedia } from '../../domain/media/received-media.ts';
import type { MessageStanding, StoredMessage } from '../../domain/outbox/messages.ts';
import type { OutboundMessage } from '../../domain/outbox/outbound-message.ts';
import type { Item } from './conditions.ts';
import { messageKey, outboxPartition, outboxSort, pendingMediaPartition, pendingMediaSort, type Key } from './keys.ts';

/**
 * A message as the table keeps it. What is `null` elsewhere is left out here: a write is paid by the kilobyte.
 * Outbound ones have `content`; inbound ones have status `received` and carry `type` and `text` themselves.
 */
export interface MessageItem extends Key {
  readonly sessionId: string;
  readonly chatId: string;
  readonly peer: string;
  readonly status: MessageStatus;
  readonly type?: MessageType;
  readonly text?: string;
  readonly content?: MessageContent;
  readonly media?: ReceivedMedia;
  /** The batch that settled `media`. */
  readonly mediaBy?: string;
  readonly author?: string;
  readonly replyTo?: string;
  readonly isForwarded?: boolean;
  readonly mentions?: readonly string[];
  readonly details?: MessageDetails;
  /** What was done to it since, and how often that changed. */
  readonly annotations?: Annotations;
  readonly annotationsRevision?: number;
  readonly campaignId?: string;
  readonly priority?: Priority;
  readonly dueAt?: number;
  readonly queuedAt?: number;
  readonly outboxPk?: string;
  readonly outboxSk?: string;
  readonly claimToken?: number;
  readonly claimedAt?: number;
  readonly tries?: number;
  readonly mayMove?: true;
  readonly failoverFrom?: string;
  readonly failure?: MessageFailure;
  readonly wireId?: string;
  readonly sentAt?: number;
  readonly deliveredAt?: number;
  readonly readAt?: number;
  readonly receivedAt?: number;
  /** The batch that last moved the status (or brought the message in), and the status before. */
  readonly movedBy?: string;
  readonly movedFrom?: MessageStatus;
}

/** Only our adapters write these tables, so the shape is taken on trust. */
export const asMessageItem = (item: Item): MessageItem => item as unknown as MessageItem;

export const queuedItem = (message: OutboundMessage): MessageItem => ({
  ...messageKey(message.workspaceId, message.id),
  sessionId: message.sessionId,
  chatId: message.chatId,
  peer: message.peer,
  status: 'queued',
  content: message.content,
  priority: message.priority,
  dueAt: message.dueAt,
  queuedAt: message.queuedAt,
  outboxPk: outboxPartition(message),
  outboxSk: outboxSort(message.priority, message.dueAt, message.id),
  ...(message.replyTo !== null && { replyTo: message.replyTo }),
  ...(message.campaignId !== null && { campaignId: message.campaignId }),
  ...(message.mayMove && { mayMove: true }),
  ...(message.failoverFrom !== undefined && { failoverFrom: message.failoverFrom }),
});

export const receivedItem = (message: StoredMessage, movedBy: string): MessageItem => ({
  ...messageKey(message.workspaceId, message.id),
  sessionId: message.sessionId,
  chatId: message.chatId,
  peer: message.peer,
  status: 'received',
  type: message.type,
  movedBy,
  ...(message.media !== null && { media: message.media }),
  ...(message.media?.status === 'pending' && { outboxPk: pendingMediaPartition(message.sessionId), outboxSk: pendingMediaSort(message.id) }),
  ...(message.text !== null && { text: message.text }),
  ...(message.author !== null && { author: message.author }),
  ...(message.wireId !== null && { wireId: message.wireId }),
  ...(message.receivedAt !== null && { receivedAt: message.receivedAt }),
  ...(message.replyTo !== null && { replyTo: message.replyTo }),
  ...(message.isForwarded && { isForwarded: true }),
  ...(message.mentions.length > 0 && { mentions: message.mentions }),
  ...(message.details !== null && { details: message.details }),
});

const workspaceOf = ({ pk }: Key): string => pk.slice(0, pk.indexOf('#'));

export function outboundOf(item: MessageItem): OutboundMessage {
  if (!item.content || !item.priority) throw new TypeError(`${item.sk} is no outbound message`);
  return {
    id: item.sk,
    workspaceId: workspaceOf(item),
    sessionId: item.sessionId,
    chatId: item.chatId,
    peer: item.peer,
    content: item.content,
    replyTo: item.replyTo ?? null,
    campaignId: item.campaignId ?? null,
    priority: item.priority,
    dueAt: item.dueAt ?? 0,
    queuedAt: item.queuedAt ?? 0,
    status: item.status,
    claimToken: item.claimToken ?? null,
    failure: item.failure ?? null,
    ...(item.tries !== undefined && { tries: item.tries }),
    ...(item.mayMove && { mayMove: true }),
    ...(item.failoverFrom !== undefined && { failoverFrom: item.failoverFrom }),
  };
}

export const standingOf = ({ sessionId, status, movedBy }: MessageItem): MessageStanding => ({ sessionId, status, movedBy: movedBy ?? null });

const textOf = (content: MessageContent): string | null => ('text' in content ? (content.text ?? null) : null);

export const storedOf = (item: MessageItem): StoredMessage =>
  withAnnotations({ ...shownFieldsOf(item), ...timesOf(item), ...extrasOf(item) }, item.annotations ?? {});

const shownFieldsOf = (item: MessageItem) => ({
  id: item.sk,
  workspaceId: workspaceOf(item),
  sessionId: item.sessionId,
  chatId: item.chatId,
  peer: item.peer,
  direction: item.content ? ('outbound' as const) : ('inbound' as const),
  type: item.content?.type ?? item.type ?? 'unknown',
  text: item.content ? textOf(item.content) : (item.text ?? null),
  content: item.content ?? null,
  media: item.media ?? null,
  author: item.author ?? null,
  status: item.status,
  wireId: item.wireId ?? null,
  failure: item.failure ?? null,
  priority: item.priority ?? null,
  campaignId: item.campaignId ?? null,
});

const timesOf = (item: MessageItem) => ({
  dueAt: item.dueAt ?? null,
  queuedAt: item.queuedAt ?? null,
  sentAt: item.sentAt ?? null,
  deliveredAt: item.deliveredAt ?? null,
  readAt: item.readAt ?? null,
  receivedAt: item.receivedAt ?? null,
  ...(item.failoverFrom !== undefined && { failoverFrom: item.failoverFrom }),
});

const extrasOf = (item: MessageItem) => ({
  replyTo: item.replyTo ?? null,
  isForwarded: item.isForwarded ?? false,
  mentions: item.mentions ?? [],
  details: item.details ?? null,
});
