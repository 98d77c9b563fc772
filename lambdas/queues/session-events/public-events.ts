import type { MessageView } from '../../../shared/contracts/api/messages.ts';
import type { PublicEvent, PublicEventType } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { chatView } from '../../../shared/domain/chats/chat-view.ts';
import type { Chat } from '../../../shared/domain/chats/chats.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { AppliedChange, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { passedSteps } from '../../../shared/domain/outbox/passed-steps.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';

export type ReceivedEvent = Extract<SessionEvent, { type: 'message.received' }>;

export interface Happened {
  readonly type: PublicEventType;
  readonly atMs: number;
  /** What makes this event the one it is, beside its type and time; told again, it gets the same id. */
  readonly identity: readonly string[];
  readonly workspaceId: string;
  readonly sessionId?: string;
  readonly chatId?: string;
  readonly data: Record<string, unknown>;
}

export const publicEvent = ({ type, atMs, identity, ...rest }: Happened): PublicEvent => ({
  id: derivedId('evt', atMs, type, ...identity),
  type,
  createdAt: new Date(atMs).toISOString(),
  ...rest,
});

/** One event for each step the message passed. */
export function receiptEvents(applied: AppliedChange, ownNumber: string | null): PublicEvent[] {
  const { message } = applied;
  const { id, workspaceId, sessionId, chatId } = message;
  const view = messageView(message, ownNumber);
  return passedSteps(applied).map(({ status, at }) =>
    publicEvent({ type: `message.${status}`, atMs: at, identity: [id], workspaceId, sessionId, chatId, data: { ...view, status } }),
  );
}

export function receivedEvent(message: StoredMessage, { at, senderName }: ReceivedEvent, ownNumber: string | null): PublicEvent {
  const { id, workspaceId, sessionId, chatId } = message;
  const justNow = message.receivedAt ?? Date.parse(at); // its file is to be fetched, however late it came
  const data = { ...messageView(message, ownNumber, justNow), senderName };
  return publicEvent({ type: 'message.received', atMs: Date.parse(at), identity: [id], workspaceId, sessionId, chatId, data });
}

/** `view`: the message as people see it, with a link to its file. */
export function mediaEvent({ id, workspaceId, sessionId, chatId, media }: StoredMessage, view: MessageView, settledAt: string): PublicEvent {
  const identity = [id, media?.status ?? ''];
  return publicEvent({ type: 'message.media', atMs: Date.parse(settledAt), identity, workspaceId, sessionId, chatId, data: { ...view } });
}

export const chatOpenedEvent = (chat: Chat, atMs: number): PublicEvent =>
  publicEvent({
    type: 'chat.new',
    atMs,
    identity: [chat.id],
    workspaceId: chat.workspaceId,
    sessionId: chat.sessionId,
    chatId: chat.id,
    data: chatView(chat),
  });

/** `place` is the event's in its batch: two may carry the same time. */
export function sessionEvent(
  type: 'session.status' | 'session.qr' | 'session.warning',
  { workspaceId, sessionId, sequence }: SessionEventBatch,
  { at, place, data }: { readonly at: string; readonly place: number; readonly data: Record<string, unknown> },
): PublicEvent {
  const identity = [sessionId, sequence, String(place)];
  return publicEvent({ type, atMs: Date.parse(at), identity, workspaceId, sessionId, data: { id: sessionId, ...data } });
}
