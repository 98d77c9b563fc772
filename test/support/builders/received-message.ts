import { NO_EXTRAS } from '../../../shared/domain/outbox/message-extras.ts';
import type { StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import { SESSION, WORKSPACE } from './outbound-message.ts';

const PEER = '+4917012345678';
const NOON = Date.UTC(2026, 5, 1, 12);

let drawn = 0;

/** A text message that came in; what the test is about goes into `change`. Ids follow from workspace, session and peer. */
export function aReceivedMessage(change: Partial<StoredMessage> = {}): StoredMessage {
  const { workspaceId = WORKSPACE, sessionId = SESSION, peer = PEER, receivedAt = NOON } = change;
  const wireId = `3A${String(drawn++).padStart(18, '0')}`;
  return {
    ...NO_EXTRAS,
    id: messageIdOf(workspaceId, peer, receivedAt ?? NOON, change.wireId ?? wireId),
    workspaceId,
    sessionId,
    chatId: chatIdOf(workspaceId, sessionId, peer),
    peer,
    direction: 'inbound',
    type: 'text',
    text: 'Hello',
    content: null,
    media: null,
    author: null,
    status: 'received',
    wireId,
    failure: null,
    priority: null,
    campaignId: null,
    dueAt: null,
    queuedAt: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    receivedAt,
    ...change,
  };
}
