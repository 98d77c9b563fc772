import * as z from 'zod';
import { MessageId, SessionId } from '../ids.ts';
import { MessageDetails, MessageReaction, PollVote } from '../message-details.ts';
import { MessageContent, MessageFailure, MessageStatus, MessageText, MessageType, Priority } from '../message.ts';
import { Recipient } from '../phone-number.ts';
import { Search } from './contacts.ts';
import { NullableInstant, PageQuery, pageOf } from './common.ts';

const envelope = {
  sendAt: z.iso.datetime({ offset: true }).optional().describe('Not before this time'),
  priority: Priority.default('critical').describe('Campaigns use `default`'),
  replyTo: MessageId.optional().describe('A message id (msg_…) of the same chat'),
};

const withEnvelope = (extra: z.core.$ZodLooseShape) =>
  z.discriminatedUnion(
    'type',
    MessageContent.options.map((option) => option.extend({ ...envelope, ...extra })) as unknown as [
      z.ZodObject,
      ...z.ZodObject[],
    ],
  );

interface Envelope {
  readonly sendAt?: string;
  readonly priority: Priority;
  readonly replyTo?: string;
}

export const SendMessageRequest = withEnvelope({ sessionId: SessionId.optional(), to: Recipient });
export type SendMessageRequest = MessageContent & Envelope & { readonly sessionId?: string; readonly to: string };

export const SendInChatRequest = withEnvelope({});
export type SendInChatRequest = MessageContent & Envelope;

export const SendMessageQuery = z.strictObject({
  wait: z.coerce.number().int().min(0).max(25).default(0).describe('Seconds to wait for `sent` or `failed`'),
});

/** The file of a message that came in. */
export const MessageMedia = z.object({
  id: z.string(),
  mimetype: z.string(),
  filename: z.string().nullable(),
  bytes: z.int(),
  sha256: z.string().nullable().describe('base64'),
  status: z.enum(['pending', 'stored', 'failed']).describe('`pending`: it is being fetched from WhatsApp'),
  url: z.string().optional().describe('When stored: a link to the file, good for an hour; `GET /v1/media/{id}` makes another'),
  failure: MessageFailure.optional(),
});
export type MessageMedia = z.infer<typeof MessageMedia>;

export const MessageView = z.object({
  id: z.string(),
  sessionId: z.string(),
  chatId: z.string(),
  direction: z.enum(['outbound', 'inbound']),
  to: z.string(),
  from: z.string().nullable(),
  type: MessageType,
  text: z.string().nullable(),
  media: MessageMedia.nullable().describe('Of messages that came in'),
  status: MessageStatus,
  wireId: z.string().nullable(),
  failure: MessageFailure.nullable(),
  priority: Priority.nullable(),
  dueAt: NullableInstant,
  queuedAt: NullableInstant,
  sentAt: NullableInstant,
  deliveredAt: NullableInstant,
  readAt: NullableInstant,
  receivedAt: NullableInstant,
  content: MessageDetails.nullable().describe('Location, contact cards, poll, or what an action is about'),
  replyTo: z.string().nullable().describe('The message replied to, if it is one we know'),
  isForwarded: z.boolean(),
  mentions: z.array(z.string()),
  editedAt: NullableInstant,
  revokedAt: NullableInstant.describe('When it was deleted for everyone. Its text stays in your history'),
  reactions: z.array(MessageReaction),
  votes: z.array(PollVote),
  campaignId: z.string().optional(),
  failoverFrom: SessionId.optional().describe('The session that was to send it, when its number was down and another one took it'),
});
export type MessageView = z.infer<typeof MessageView>;
export const MessagePage = pageOf(MessageView);

export const ChatView = z.object({
  id: z.string(),
  sessionId: z.string(),
  peer: z.string().describe('A phone number with +, …@lid, …@g.us or a business-scoped user id'),
  name: z.string().nullable().describe("The contact's name, else what WhatsApp shows"),
  contactId: z.string().optional(),
  isGroup: z.boolean(),
  unreadCount: z.int(),
  lastMessageAt: NullableInstant,
  lastMessagePreview: z.string().nullable(),
});
export type ChatView = z.infer<typeof ChatView>;
export const ChatPage = pageOf(ChatView);
export const ListChatsQuery = PageQuery.extend({
  sessionId: SessionId.optional(),
  unread: z.stringbool().optional().describe('`true`: only those with something unread'),
  search: Search.optional().describe('Chats with contacts found by starts of words of their name, or of a number; by what was found'),
});

export const TypingRequest = z.strictObject({
  isTyping: z.boolean().default(true),
  state: z.enum(['typing', 'recording']).default('typing').describe('`recording`: a voice message'),
});

export const EditMessageRequest = z.strictObject({ text: MessageText });
export const ForwardMessageRequest = z.strictObject({ to: Recipient });
export const ReactRequest = z.strictObject({ emoji: z.string().max(16).describe('Empty takes the reaction back') });
