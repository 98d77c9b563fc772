import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { ChatActivity, Chats, Peers } from '../../../shared/domain/chats/chats.ts';
import { messagePreview } from '../../../shared/domain/outbox/message-preview.ts';
import type { AppliedChange } from '../../../shared/domain/outbox/messages.ts';
import { passedSteps } from '../../../shared/domain/outbox/passed-steps.ts';
import { chatOpenedEvent } from './public-events.ts';
import type { Received } from './receive-messages.ts';

export interface TouchChatsDeps {
  readonly chats: Pick<Chats, 'touch'>;
  readonly peers: Pick<Peers, 'lastSessionsOf' | 'remember'>;
}

type Activity = Pick<ChatActivity, 'peer' | 'name' | 'at' | 'preview' | 'unread' | 'sent'>;

/** Notes direct messages that left and messages that came in, once a chat, and who talks to whom now. */
export async function touchChats(
  { chats, peers }: TouchChatsDeps,
  { workspaceId, sessionId, sequence }: SessionEventBatch,
  applied: readonly AppliedChange[],
  received: readonly Received[],
): Promise<PublicEvent[]> {
  const activities = byPeer([...applied.filter(isDirectAndSent).map(sentActivity), ...received.map(receivedActivity)]);
  if (activities.size === 0) return [];
  const touched = await Promise.all([...activities.values()].map((activity) => chats.touch({ ...activity, workspaceId, sessionId, sequence })));
  const known = await peers.lastSessionsOf(workspaceId, [...activities.keys()]);
  await peers.remember(workspaceId, new Map([...activities.keys()].map((peer) => [peer, sessionId])), known);
  return touched.filter(({ isNew }) => isNew).map(({ chat }) => chatOpenedEvent(chat, activities.get(chat.peer)?.at ?? chat.lastMessageAt));
}

/** A campaign's messages open no chat until the recipient answers. */
export const isDirectAndSent = (applied: AppliedChange): boolean =>
  applied.message.campaignId === null && passedSteps(applied).some(({ status }) => status === 'sent');

const sentActivity = ({ message, change }: AppliedChange): Activity => ({
  peer: message.peer,
  at: message.sentAt ?? change.at,
  preview: messagePreview(message),
  unread: 0,
  sent: 1,
});

const receivedActivity = ({ message, event }: Received): Activity => ({
  peer: message.peer,
  name: event.author === null ? event.senderName : null, // in a group it is one member's
  at: message.receivedAt ?? Date.parse(event.at),
  preview: messagePreview(message),
  unread: 1,
});

function byPeer(activities: readonly Activity[]): ReadonlyMap<string, Activity> {
  const merged = new Map<string, Activity>();
  for (const activity of activities) {
    const before = merged.get(activity.peer);
    merged.set(activity.peer, before ? merge(before, activity) : activity);
  }
  return merged;
}

function merge(one: Activity, other: Activity): Activity {
  const newest = other.at >= one.at ? other : one;
  return { ...newest, name: newest.name ?? one.name ?? other.name ?? null, unread: one.unread + other.unread, sent: (one.sent ?? 0) + (other.sent ?? 0) };
}
