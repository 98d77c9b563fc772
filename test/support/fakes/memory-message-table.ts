import { withAnnotations, type Annotations } from '../../../shared/domain/outbox/annotations.ts';
import { NO_EXTRAS } from '../../../shared/domain/outbox/message-extras.ts';
import type { MessageStatus } from '../../../shared/contracts/message.ts';
import type { StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';

/** One message with everything either port shows of it. */
export interface MessageRow extends StoredMessage {
  readonly annotations: Annotations;
  readonly claimToken: number | null;
  readonly movedBy: string | null;
  readonly movedFrom: MessageStatus | null;
  readonly mediaBy?: string;
  readonly mayMove?: true;
}

/** What the outbox and the history share, as they share a table; tests may read and set any of it. */
export interface MemoryMessageTable {
  readonly rows: Map<string, MessageRow>; // by message id
  readonly waiting: Map<string, Annotations>; // of messages that have not come yet, by message id
  readonly fencingTokens: Map<string, number>; // by session
  readonly leaseTokens: Map<string, number>; // by session, of those no instance runs
  readonly runningCampaigns: Set<string>;
  readonly sendingCounts: Map<string, number>; // by `<campaign> <session>`
}

export const memoryMessageTable = (): MemoryMessageTable => ({
  rows: new Map(),
  waiting: new Map(),
  fencingTokens: new Map(),
  leaseTokens: new Map(),
  runningCampaigns: new Set(),
  sendingCounts: new Map(),
});

export const queuedRow = (message: OutboundMessage): MessageRow => ({
  ...NO_EXTRAS,
  annotations: {},
  id: message.id,
  workspaceId: message.workspaceId,
  sessionId: message.sessionId,
  chatId: message.chatId,
  peer: message.peer,
  direction: 'outbound',
  type: message.content.type,
  text: 'text' in message.content ? (message.content.text ?? null) : null,
  content: message.content,
  media: null,
  author: null,
  status: 'queued',
  wireId: null,
  failure: null,
  priority: message.priority,
  campaignId: message.campaignId,
  dueAt: message.dueAt,
  queuedAt: message.queuedAt,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  receivedAt: null,
  replyTo: message.replyTo,
  claimToken: null,
  movedBy: null,
  movedFrom: null,
  ...(message.mayMove && { mayMove: true }),
  ...(message.failoverFrom !== undefined && { failoverFrom: message.failoverFrom }),
});

export function outboundOfRow(row: MessageRow): OutboundMessage {
  const { id, workspaceId, sessionId, chatId, peer, content, replyTo, campaignId, priority, status, claimToken, failure } = row;
  if (!content || !priority) throw new TypeError(`${id} is no outbound message`);
  const times = { dueAt: row.dueAt ?? 0, queuedAt: row.queuedAt ?? 0 };
  const moves = { ...(row.mayMove && { mayMove: row.mayMove }), ...(row.failoverFrom !== undefined && { failoverFrom: row.failoverFrom }) };
  return { id, workspaceId, sessionId, chatId, peer, content, replyTo, campaignId, priority, status, claimToken, failure, ...times, ...moves };
}

export function storedOfRow(row: MessageRow): StoredMessage {
  const { annotations, claimToken: _claimToken, movedBy: _movedBy, movedFrom: _movedFrom, mediaBy: _mediaBy, mayMove: _mayMove, ...stored } = row;
  return withAnnotations(stored, annotations);
}
