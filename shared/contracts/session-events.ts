import * as z from 'zod';
import { MediaId } from './ids.ts';
import { MessageDetails } from './message-details.ts';
import { MessageFailure, MessageType } from './message.ts';
import { SessionStatus, StatusReason } from './session-status.ts';

const at = z.iso.datetime();

/** How a session's client is doing, as its instance last saw it. Shown in `GET /sessions/{id}`. */
export const SessionHealth = z.object({
  state: z.enum(['ok', 'degraded', 'unknown']),
  checkedAt: at.nullable(),
  detail: z.string().nullable(),
  pageBuild: z.string().nullable(),
  lastFrameAt: at.nullable().describe("When the page's connection to WhatsApp last carried anything"),
  memoryBytes: z.int().nullable().describe("PSS of the session's browser"),
  profileBytes: z.int().nullable().describe('What the live profile takes on the disk, caches included'),
  restarts: z.int().nonnegative().describe('Browsers started again after trouble, since its instance took the session'),
  qr: z
    .object({ rounds: z.int(), limit: z.int(), retryAt: at.nullable(), shownAt: z.array(at) })
    .nullable()
    .describe('QR rounds shown within the hour; `retryAt`: when the next may be, after the limit'),
  newChatsPausedUntil: at.nullable().describe('WhatsApp lets this number answer, but not open new chats, until then'),
  instructions: z.string().nullable().describe('What a person has to do now'),
});
export type SessionHealth = z.infer<typeof SessionHealth>;

const MediaDescription = z.object({
  mimetype: z.string(),
  filename: z.string().nullable(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});

/** A file in the media bucket, under its workspace and id. */
export const StoredMedia = MediaDescription.extend({ id: MediaId });
export type StoredMedia = z.infer<typeof StoredMedia>;

/** Something somebody did to an earlier message of a chat. */
const onMessage = {
  at,
  peer: z.string().describe('The chat'),
  wireId: z.string().describe('The message it is about'),
  messageAt: at.nullish().describe("WhatsApp's own time of that message, where it is known: an incoming one's id follows from it"),
  fromMe: z.boolean().optional().describe('Whether that message is one of this number'),
  author: z.string().nullable().describe('Who did it, on the other side; `null`: ourselves, on the phone'),
};

/** Which part of an instance had something to warn of. */
export const WarningSource = z.enum([
  'health_monitor',
  'storage_optimizer',
  'timeout_handler',
  'session_pool',
  'profile_lock_cleaner',
  'qr_rate_limiter',
  'memory_manager',
  'whatsapp_rate_limiter',
  'page_compatibility',
  'session_store',
]);
export type WarningSource = z.infer<typeof WarningSource>;

/** What a session reports about itself and its messages. */
export const SessionEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session.qr'), at, qr: z.string(), expiresAt: at, attempt: z.int().positive() }),
  z.object({
    type: z.literal('session.pairing_code'),
    at,
    phoneNumber: z.string(),
    code: z.string(),
    expiresAt: at,
  }),
  z.object({
    type: z.literal('session.status'),
    at,
    status: SessionStatus,
    reason: StatusReason.nullable(),
    details: z.string().nullable(),
    phoneNumber: z.string().nullable().describe('Known from `connected` on'),
  }),
  z.object({ type: z.literal('session.health'), at, health: SessionHealth }),
  z.object({
    type: z.literal('session.warning'),
    at,
    source: WarningSource,
    code: z.string().describe('Stable, such as `snapshot_corrupt`'),
    detail: z.string(),
  }),
  z.object({ type: z.literal('session.storage'), at, path: z.string(), bytes: z.int(), verifiedAt: at }),
  /** The profile and every copy of it are gone. `relinks`: the requests to link anew that this answers. */
  z.object({ type: z.literal('session.wiped'), at, relinks: z.int().nonnegative() }),
  z.object({ type: z.literal('message.sent'), at, messageId: z.string(), wireId: z.string() }),
  z.object({
    type: z.literal('message.ack'),
    at,
    messageId: z.string(),
    ack: z.enum(['delivered', 'read', 'played']),
  }),
  z.object({ type: z.literal('message.failed'), at, messageId: z.string(), failure: MessageFailure }),
  /** It left, and no answer came: it is held until a receipt tells, and never sent again. Meta only. */
  z.object({ type: z.literal('message.unknown'), at, messageId: z.string() }),
  z.object({
    type: z.literal('message.received'),
    at: at.describe("WhatsApp's own time of the message, in whole seconds"),
    observedAt: at.describe('When the instance learnt of it'),
    wireId: z.string(),
    peer: z.string().describe('The chat: a phone number with +, …@lid or …@g.us'),
    author: z.string().nullable().describe('In a group: who wrote'),
    senderName: z.string().nullable(),
    messageType: MessageType,
    text: z.string().nullable(),
    replyToWireId: z.string().nullable(),
    replyToAt: at.nullish().describe('As `messageAt` below, of the message replied to'),
    isForwarded: z.boolean().optional(),
    mentions: z.array(z.string()).optional().describe('Who is named in the text: phone numbers with +, or …@lid'),
    details: MessageDetails.nullish(),
    media: MediaDescription.extend({
      providerId: z.string().optional().describe("Meta's id of the file, which is fetched by it; `bytes` is 0 until then"),
    }).nullable(),
  }),
  /** What became of the file of a message that came in: it lies in the media bucket, or why it does not. */
  z.object({
    type: z.literal('message.media'),
    at: at.describe('The time of the message, as in `message.received`: with wire id and peer it tells which message'),
    settledAt: at,
    wireId: z.string(),
    peer: z.string(),
    media: StoredMedia.nullable(),
    failure: MessageFailure.nullable().describe('`media_expired`, `media_empty`, `media_too_large`, `media_corrupt`, `media_type_mismatch` or `media_unavailable`'),
  }),
  z.object({ type: z.literal('message.reaction'), ...onMessage, emoji: z.string().describe('Empty: taken back') }),
  z.object({ type: z.literal('message.edited'), ...onMessage, text: z.string() }),
  z.object({ type: z.literal('message.revoked'), ...onMessage }),
  z.object({ type: z.literal('message.vote'), ...onMessage, options: z.array(z.string()).describe('All that are chosen now') }),
  z.object({ type: z.literal('chat.typing'), at, peer: z.string(), author: z.string().nullable(), state: z.enum(['typing', 'recording', 'paused']) }),
  z.object({ type: z.literal('contact.presence'), at, peer: z.string(), isOnline: z.boolean(), lastSeenAt: at.nullable() }),
  /** One person under several names: whichever of them an instance has learnt belong together. */
  z.object({
    type: z.literal('contact.identity'),
    at,
    phoneNumber: z.string().nullable(),
    lid: z.string().nullable().describe('…@lid'),
    bsuid: z.string().nullable().describe("Meta's business-scoped user id"),
    name: z.string().nullable(),
  }),
  /** Meta has reviewed a template, or changed its mind about one. */
  z.object({
    type: z.literal('template.status'),
    at,
    businessAccountId: z.string(),
    name: z.string(),
    language: z.string(),
    status: z.string().describe("Meta's own word, such as APPROVED"),
    reason: z.string().nullable(),
  }),
]);
export type SessionEvent = z.infer<typeof SessionEvent>;

/**
 * What travels on `session-events.fifo`: everything one session reported since the last batch, in order.
 *
 * Group: the session. Deduplication: session + sequence. `sequence` is `<fencing token, 10 digits>-<counter, 10 digits>`,
 * so it grows over takeovers too and a consumer can tell a batch it has already counted from a new one.
 * Delivered at least once: consumers are idempotent.
 *
 * `numbered: 'on-arrival'`: of a sender that shares the session with others. Its `sequence` is 20 digits that follow from
 * what the batch says, and the consumer gives it a growing one as it comes (`Arrivals`).
 */
export const SessionEventBatch = z.object({
  v: z.literal(1),
  workspaceId: z.string(),
  sessionId: z.string(),
  instanceId: z.string(),
  fencingToken: z.int().nonnegative(),
  sequence: z.string().regex(/^\d{10}-\d{10}$/),
  numbered: z.literal('on-arrival').optional(),
  events: z.array(SessionEvent).min(1).max(200),
});
export type SessionEventBatch = z.infer<typeof SessionEventBatch>;
