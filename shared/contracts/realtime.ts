import * as z from 'zod';
import { ChatId } from './ids.ts';
import { PublicEvent, type PublicEventType } from './public-event.ts';

/** How far back `since` reaches. */
export const REPLAYED_FOR_MS = 5 * 60_000;
/** A connection that says nothing for so long is taken for dead: a `ping` now and then keeps it. */
export const SILENT_FOR_MS = 10 * 60_000;
/** API Gateway ends every connection after so long. */
export const CONNECTION_LIFE_MS = 2 * 3_600_000;
export const MOST_SUBSCRIPTIONS = 100;
export const MOST_CLIENT_CHARACTERS = 4_096;

/** The id of the last event one has, or a time: what was published after it, or from it on, is sent again. */
export const Since = z.union(
  [z.string().regex(/^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$/), z.iso.datetime({ offset: true })],
  'must be the id of an event or an RFC 3339 time',
);

/** What a client asks for at `$connect`, in the query. */
export const ConnectQuery = z.object({ token: z.string().optional(), since: Since.optional() });

const channel = z.string().max(200);

/** What a client may send over its socket. */
export const ClientMessage = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('ping') }),
  z.strictObject({ action: z.literal('subscribe'), channel, since: Since.optional() }),
  z.strictObject({ action: z.literal('unsubscribe'), channel }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export type RealtimeErrorCode =
  | 'invalid_message'
  | 'message_too_long'
  | 'channel_not_found'
  | 'missing_scope'
  | 'too_many_subscriptions'
  | 'connection_expired'
  | 'internal';

/** What the server answers to a message. `missed`: events that follow now; `gap`: there were more than can be sent again. */
export type ServerReply =
  | { readonly type: 'pong' }
  | { readonly type: 'subscribed'; readonly channel: string; readonly missed?: number; readonly gap?: boolean }
  | { readonly type: 'unsubscribed'; readonly channel: string }
  | { readonly type: 'error'; readonly code: RealtimeErrorCode; readonly detail: string };

export type EventKind = Exclude<PublicEventType, keyof typeof OTHER_NAMES> | (typeof OTHER_NAMES)[keyof typeof OTHER_NAMES];

/** Where the ten kinds of real-time events have a name of their own; see docs/adr/0040. */
const OTHER_NAMES = {
  'session.qr': 'qr.generated',
  'chat.typing': 'typing',
  'message.sent': 'message.status',
  'message.failed': 'message.status',
} as const satisfies Partial<Record<PublicEventType, string>>;

const NAMES: Partial<Record<PublicEventType, EventKind>> = OTHER_NAMES;

export const kindOf = (type: PublicEventType): EventKind => NAMES[type] ?? (type as EventKind);

/** One event as a subscriber gets it. */
export interface Push {
  readonly channel: string;
  readonly kind: EventKind;
  readonly event: PublicEvent;
}

export interface Channel {
  readonly workspaceId: string;
  readonly chatId: string | undefined;
}

const CHANNEL = /^workspace\.(wsp_\w{1,40})(?:\.chat\.(cht_\w{26}))?$/;

/** `undefined`: no channel is called that. */
export function parseChannel(name: string): Channel | undefined {
  const [, workspaceId, chatId] = CHANNEL.exec(name) ?? [];
  if (workspaceId === undefined || (chatId !== undefined && !ChatId.safeParse(chatId).success)) return undefined;
  return { workspaceId, chatId };
}

export const workspaceChannel = (workspaceId: string): string => `workspace.${workspaceId}`;
export const chatChannel = (workspaceId: string, chatId: string): string => `${workspaceChannel(workspaceId)}.chat.${chatId}`;

/**
 * Events on their way to the sockets of a workspace, in the order they happened. `id` is the same when the same events are
 * published again; `at` (Unix ms) is when they were first.
 */
export const PushJob = z.object({
  v: z.literal(1),
  id: z.string(),
  at: z.int(),
  workspaceId: z.string(),
  events: z.array(PublicEvent).min(1),
});
export type PushJob = z.infer<typeof PushJob>;

/** The counts of a campaign moved: tell those who listen. `windowMs` (Unix ms) is the end of the time that was collected. */
export const CampaignStatsJob = z.object({ v: z.literal(1), workspaceId: z.string(), campaignId: z.string(), windowMs: z.int() });
export type CampaignStatsJob = z.infer<typeof CampaignStatsJob>;
