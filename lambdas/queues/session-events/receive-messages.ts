import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { MediaFiles } from '../../../shared/domain/media/media-files.ts';
import type { ReceivedMedia } from '../../../shared/domain/media/received-media.ts';
import { NO_EXTRAS } from '../../../shared/domain/outbox/message-extras.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { receivedTime } from '../../../shared/domain/outbox/received-time.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { receivedMediaIdOf } from '../../../shared/identity/media-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import { findMessages, type FindMessagesDeps } from './find-messages.ts';
import type { ReceivedEvent } from './public-events.ts';

export interface Received {
  readonly message: StoredMessage;
  readonly event: ReceivedEvent;
}

export interface ReceiveMessagesDeps extends FindMessagesDeps {
  readonly messages: Pick<Messages, 'insertInbound' | 'findIds'>;
  readonly files: Pick<MediaFiles, 'noteReceived'>;
  readonly now: () => number;
  /** How long files are kept. */
  readonly retentionMs: number;
}

/** Stores what came in. What an earlier batch brought already is left out: clients report missed messages again. */
export async function receiveMessages(deps: ReceiveMessagesDeps, batch: SessionEventBatch): Promise<Received[]> {
  const { messages, files, now, retentionMs } = deps;
  const events = batch.events.filter((event): event is ReceivedEvent => event.type === 'message.received');
  const received = new Map(events.map((event) => [messageIdIn(batch, event), event]));
  const repliedTo = await findRepliedTo(deps, batch, received);
  const stored = await messages.insertInbound(batch, [...received].map(([id, event]) => inboundMessage(batch, id, event, repliedTo.get(id) ?? null)));
  const expiresAt = now() + retentionMs;
  const withFiles = stored.flatMap(({ id: messageId, workspaceId, media }) => (media ? [{ kind: 'received' as const, id: media.id, workspaceId, messageId, expiresAt }] : []));
  if (withFiles.length > 0) await files.noteReceived(withFiles);
  return stored.map((message) => ({ message, event: received.get(message.id) as ReceivedEvent }));
}

/** Whatever is reported of a message that came in: its time, chat and wire id make its id. */
export const messageIdIn = ({ workspaceId }: SessionEventBatch, { peer, at, wireId }: Pick<ReceivedEvent, 'peer' | 'at' | 'wireId'>): string =>
  messageIdOf(workspaceId, peer, Date.parse(at), wireId);

/** What each reply answers, as far as we have it: in the table, or in this very batch. */
async function findRepliedTo(deps: FindMessagesDeps, { workspaceId, sessionId }: SessionEventBatch, received: ReadonlyMap<string, ReceivedEvent>): Promise<ReadonlyMap<string, string>> {
  const replies = [...received].flatMap(([id, { peer, replyToWireId, replyToAt }]) =>
    replyToWireId === null ? [] : [{ id, sessionId, peer, wireId: replyToWireId, at: replyToAt ? Date.parse(replyToAt) : null }]);
  if (replies.length === 0) return new Map();
  const inBatch = new Map([...received].map(([id, { peer, wireId }]) => [`${peer} ${wireId}`, id]));
  const open = replies.filter(({ peer, wireId }) => !inBatch.has(`${peer} ${wireId}`));
  const found = await findMessages(deps, workspaceId, open);
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
  media: pendingMedia(sessionId, event),
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

const pendingMedia = (sessionId: string, { media, wireId, at }: ReceivedEvent): ReceivedMedia | null =>
  media && {
    ...media,
    id: receivedMediaIdOf(sessionId, wireId, Date.parse(at)),
    sha256: media.sha256 === '' ? null : media.sha256,
    status: 'pending',
    failure: null,
  };
