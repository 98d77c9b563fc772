import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Deed } from '../../../shared/domain/outbox/annotations.ts';
import type { AppliedChange, MessageDeeds, Messages } from '../../../shared/domain/outbox/messages.ts';
import { passedSteps } from '../../../shared/domain/outbox/passed-steps.ts';
import { messageIdOf, wireIdOf } from '../../../shared/identity/message-identity.ts';
import { findMessages, type FindMessagesDeps } from './find-messages.ts';
import { deedEvent } from './message-deed-events.ts';

type DeedEvent = Extract<SessionEvent, { type: 'message.reaction' | 'message.edited' | 'message.revoked' | 'message.vote' }>;

export interface AnnotateMessagesDeps extends FindMessagesDeps {
  readonly messages: Pick<Messages, 'findIds' | 'annotate'>;
}

/**
 * Notes what was done to messages: what the page told, and what we did ourselves once it was sent, as a page that is
 * restarted meanwhile does not tell of it. Gives an event for each deed that is news; one about a message that we do not
 * have is told without its id.
 */
export async function annotateMessages(deps: AnnotateMessagesDeps, batch: SessionEventBatch, applied: readonly AppliedChange[]): Promise<PublicEvent[]> {
  const { workspaceId } = batch;
  const events = batch.events.filter(isDeed);
  const ids = await messageIdsOf(deps, batch, events);
  const told = events.flatMap((event, i) => (ids[i] === undefined ? [] : [{ messageId: ids[i], deeds: [deedOf(event)], mayComeLater: mayComeLater(event) }]));
  const changes = byMessage([...told, ...applied.flatMap(ownDeed)]);
  const annotated = changes.length > 0 ? await deps.messages.annotate(workspaceId, batch, changes) : [];
  const wires = new Map(events.map((event, i) => [ids[i], event]));
  return [
    ...annotated.flatMap(({ messageId, message, news }) => {
      const peer = wires.get(messageId)?.peer ?? message?.peer ?? ''; // one of the two is there; the message may lie under a former name
      const wireId = message?.wireId ?? wires.get(messageId)?.wireId ?? wireIdOf(messageId, batch.sessionId);
      return news.map((deed) => deedEvent(batch, { messageId, wireId, peer }, deed));
    }),
    ...events.flatMap((event, i) => (ids[i] === undefined ? [deedEvent(batch, { messageId: null, wireId: event.wireId, peer: event.peer }, deedOf(event))] : [])),
  ];
}

const isDeed = (event: SessionEvent): event is DeedEvent =>
  event.type === 'message.reaction' || event.type === 'message.edited' || event.type === 'message.revoked' || event.type === 'message.vote';

/** An incoming message is told before what is done to it, unless that is caught up on after a takeover. */
const mayComeLater = ({ fromMe, messageAt }: DeedEvent): boolean => fromMe === false && typeof messageAt === 'string';

async function messageIdsOf(deps: FindMessagesDeps, { workspaceId, sessionId }: SessionEventBatch, events: readonly DeedEvent[]): Promise<readonly (string | undefined)[]> {
  const references = events.map(({ peer, wireId, messageAt }) => ({ sessionId, peer, wireId, at: messageAt ? Date.parse(messageAt) : null }));
  const found = await findMessages(deps, workspaceId, references);
  return events.map((event, i) => found[i] ?? (mayComeLater(event) ? messageIdOf(workspaceId, event.peer, Date.parse(event.messageAt ?? ''), event.wireId) : undefined));
}

function deedOf(event: DeedEvent): Deed {
  const by = { author: event.author, at: Date.parse(event.at) };
  switch (event.type) {
    case 'message.reaction':
      return { ...by, kind: 'reaction', emoji: event.emoji };
    case 'message.vote':
      return { ...by, kind: 'vote', options: event.options };
    case 'message.edited':
      return { ...by, kind: 'edit', text: event.text };
    case 'message.revoked':
      return { ...by, kind: 'revoke' };
  }
}

/** What an action of ours did, now that it has left. */
function ownDeed(applied: AppliedChange): MessageDeeds[] {
  const { content } = applied.message;
  const sent = passedSteps(applied).find(({ status }) => status === 'sent');
  if (!content || !sent) return [];
  const by = { author: null, at: sent.at };
  const about = (messageId: string, deed: Deed): MessageDeeds[] => [{ messageId, deeds: [deed], mayComeLater: false }];
  switch (content.type) {
    case 'reaction':
      return about(content.reaction.messageId, { ...by, kind: 'reaction', emoji: content.reaction.emoji });
    case 'edit':
      return about(content.edit.messageId, { ...by, kind: 'edit', text: content.text });
    case 'delete':
      return about(content.delete.messageId, { ...by, kind: 'revoke' });
    default:
      return [];
  }
}

function byMessage(changes: readonly MessageDeeds[]): readonly MessageDeeds[] {
  const merged = new Map<string, MessageDeeds>();
  for (const change of changes) {
    const before = merged.get(change.messageId);
    merged.set(change.messageId, before ? { ...change, deeds: [...before.deeds, ...change.deeds], mayComeLater: before.mayComeLater || change.mayComeLater } : change);
  }
  return [...merged.values()];
}
