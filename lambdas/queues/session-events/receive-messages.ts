import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { receivedTime } from '../../../shared/domain/outbox/received-time.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import type { ReceivedEvent } from './public-events.ts';

export interface Received {
  readonly message: StoredMessage;
  readonly event: ReceivedEvent;
}

/** Stores what came in. What an earlier batch brought already is left out: clients report missed messages again. */
export async function receiveMessages(messages: Pick<Messages, 'insertInbound'>, batch: SessionEventBatch): Promise<Received[]> {
  const events = batch.events.filter((event): event is ReceivedEvent => event.type === 'message.received');
  const received = new Map(events.map((event) => [messageIdIn(batch, event), event]));
  const stored = await messages.insertInbound(batch, [...received].map(([id, event]) => inboundMessage(batch, id, event)));
  return stored.map((message) => ({ message, event: received.get(message.id) as ReceivedEvent }));
}

const messageIdIn = ({ workspaceId }: SessionEventBatch, { peer, at, wireId }: ReceivedEvent): string =>
  messageIdOf(workspaceId, peer, Date.parse(at), wireId);

const inboundMessage = ({ workspaceId, sessionId }: SessionEventBatch, id: string, event: ReceivedEvent): StoredMessage => ({
  id,
  workspaceId,
  sessionId,
  chatId: chatIdOf(workspaceId, sessionId, event.peer),
  peer: event.peer,
  direction: 'inbound',
  type: event.messageType,
  text: event.text,
  content: null,
  author: event.author,
  status: 'received',
  wireId: event.wireId,
  failure: null,
  priority: null,
  campaignId: null,
  dueAt: null,
  queuedAt: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  receivedAt: receivedTime(Date.parse(event.at), Date.parse(event.observedAt)),
});
