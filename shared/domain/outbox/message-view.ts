import type { MessageMedia, MessageView } from '../../contracts/api/messages.ts';
import { shownMedia } from '../media/received-media.ts';
import { sentDetails } from './actions.ts';
import type { StoredMessage } from './messages.ts';

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/**
 * A message as the API and its events show it. `ownNumber` is the session's, once it is linked; what came in before we
 * knew it went to the session all the same, so then its id stands in.
 */
export function messageView(message: StoredMessage, ownNumber: string | null, now = Date.now()): MessageView {
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
    media: mediaOf(message, now),
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
    content: message.content ? sentDetails(message.content) : message.details,
    replyTo: message.replyTo,
    isForwarded: message.isForwarded || type === 'forward',
    mentions: [...message.mentions],
    editedAt: instant(message.editedAt),
    revokedAt: instant(message.revokedAt),
    reactions: message.reactions.map((reaction) => ({ ...reaction, at: new Date(reaction.at).toISOString() })),
    votes: message.votes.map((vote) => ({ ...vote, options: [...vote.options], at: new Date(vote.at).toISOString() })),
    ...(campaignId !== null && { campaignId }),
    ...(message.failoverFrom !== undefined && { failoverFrom: message.failoverFrom }),
  };
}

/** Without a link: whoever shows it to people adds one (media-links.ts). */
function mediaOf({ media, receivedAt }: StoredMessage, now: number): MessageMedia | null {
  if (media === null) return null;
  const { failure, ...shown } = shownMedia(media, receivedAt ?? now, now);
  return { ...shown, ...(failure && { failure }) };
}
