import type { MessageView } from '../../contracts/api/messages.ts';
import type { StoredMessage } from './messages.ts';

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/**
 * A message as the API and its events show it. `ownNumber` is the session's, once it is linked; what came in before we
 * knew it went to the session all the same, so then its id stands in.
 */
export function messageView(message: StoredMessage, ownNumber: string | null): MessageView {
  const { id, sessionId, chatId, direction, peer, author, type, text, status, wireId, failure, priority, campaignId } = message;
  const isInbound = direction === 'inbound';
  return {
    id,
    sessionId,
    chatId,
    direction,
    to: isInbound ? (ownNumber ?? sessionId) : peer,
    from: isInbound ? (author ?? peer) : ownNumber,
    type,
    text,
    status,
    wireId,
    failure,
    priority,
    dueAt: instant(message.dueAt),
    queuedAt: instant(message.queuedAt),
    sentAt: instant(message.sentAt),
    deliveredAt: instant(message.deliveredAt),
    readAt: instant(message.readAt),
    receivedAt: instant(message.receivedAt),
    ...(campaignId !== null && { campaignId }),
    ...(message.failoverFrom !== undefined && { failoverFrom: message.failoverFrom }),
  };
}
