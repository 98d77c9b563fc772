import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Deed } from '../../../shared/domain/outbox/annotations.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { publicEvent } from './public-events.ts';

export interface About {
  /** `null`: not one that we have, such as one written on the phone. */
  readonly messageId: string | null;
  readonly wireId: string;
  readonly peer: string;
}

const TYPES = { reaction: 'message.reaction', vote: 'message.vote', edit: 'message.edited', revoke: 'message.revoked' } as const;

/** What was done to a message. Told again, of the same message by the same person at the same time, it is the same event. */
export function deedEvent({ workspaceId, sessionId }: SessionEventBatch, { messageId, wireId, peer }: About, deed: Deed): PublicEvent {
  const { kind, at, ...what } = deed;
  return publicEvent({
    type: TYPES[kind],
    atMs: at,
    identity: [sessionId, peer, wireId, deed.author ?? '', JSON.stringify(what)],
    workspaceId,
    sessionId,
    chatId: chatIdOf(workspaceId, sessionId, peer),
    data: { messageId, wireId, peer, ...what, at: new Date(at).toISOString() },
  });
}

/** Who types, and who is online. Nobody asks for these later, so they are told and not kept. */
export function signEvents(batch: SessionEventBatch): PublicEvent[] {
  return batch.events.flatMap((event) => (event.type === 'chat.typing' || event.type === 'contact.presence' ? [signEvent(batch, event)] : []));
}

function signEvent({ workspaceId, sessionId }: SessionEventBatch, { type, at, ...data }: Extract<SessionEvent, { type: 'chat.typing' | 'contact.presence' }>): PublicEvent {
  const identity = [sessionId, JSON.stringify(data)];
  return publicEvent({ type, atMs: Date.parse(at), identity, workspaceId, sessionId, chatId: chatIdOf(workspaceId, sessionId, data.peer), data });
}
