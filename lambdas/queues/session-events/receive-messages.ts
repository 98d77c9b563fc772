import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { NO_EXTRAS } from '../../../shared/domain/outbox/message-extras.ts';
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
export async function receiveMessages(messages: Pick<Messages, 'insertInbound' | 'findIds'>, batch: SessionEventBatch): Promise<Received[]> {
  const events = batch.events.filter((event): event is ReceivedEvent => event.type === 'message.received');
  const received = new Map(events.map((event) => [messageIdIn(batch, event), event]));
  const repliedTo = await findRepliedTo(messages, batch, received);
  const stored = await messages.insertInbound(batch, [...received].map(([id, event]) => inboundMessage(batch, id, event, repliedTo.get(id) ?? null)));
  return stored.map((message) => ({ message, event: received.get(message.id) as ReceivedEvent }));
}

const messageIdIn = ({ workspaceId }: SessionEventBatch, { peer, at, wireId }: ReceivedEvent): string =>
  messageIdOf(workspaceId, peer, Date.parse(at), wireId);

/** What each reply answers, as far as we have it: in the table, or in this very batch. */
async function findRepliedTo(messages: Pick<Messages, 'findIds'>, { workspaceId, sessionId }: SessionEventBatch, received: ReadonlyMap<string, ReceivedEvent>): Promise<ReadonlyMap<string, string>> {
  const replies = [...received].flatMap(([id, { peer, replyToWireId, replyToAt }]) =>
    replyToWireId === null ? [] : [{ id, sessionId, peer, wireId: replyToWireId, at: replyToAt ? Date.parse(replyToAt) : null }]);
  if (replies.length === 0) return new Map();
  const inBatch = new Map([...received].map(([id, { peer, wireId }]) => [`${peer} ${wireId}`, id]));
  const open = replies.filter(({ peer, wireId }) => !inBatch.has(`${peer} ${wireId}`));
  const found = await messages.findIds(workspaceId, open);
  const ids = new Map(open.map(({ id }, i) => [id, found[i]]));
  return new Map(replies.flatMap(({ id, peer, wireId }) => {
    const target = inBatch.get(`${peer} ${wireId}`) ?? ids.get(id);
    return target === undefined ? [] : [[id, target] as const];
  }));
}

const inboundMessage = ({ workspaceId, sessionId }: SessionEventBatch, id: string, event: ReceivedEvent, replyTo: string | null): StoredMessage => ({
  ...NO_EXTRAS,
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
  replyTo,
  isForwarded: event.isForwarded ?? false,
  mentions: event.mentions ?? [],
  details: event.details ?? null,
});
