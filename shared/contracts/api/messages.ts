import * as z from 'zod';
import { SessionId } from '../ids.ts';
import { MessageContent, MessageFailure, MessageStatus, MessageType, Priority } from '../message.ts';
import { Recipient } from '../phone-number.ts';
import { Search } from './contacts.ts';
import { NullableInstant, PageQuery, pageOf } from './common.ts';

const envelope = {
  sendAt: z.iso.datetime({ offset: true }).optional().describe('Not before this time'),
  priority: Priority.default('critical').describe('Campaigns use `default`'),
  replyTo: z.string().min(1).max(64).optional().describe('A message id (msg_…) of the same chat'),
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

export const MessageView = z.object({
  id: z.string(),
  sessionId: z.string(),
  chatId: z.string(),
  direction: z.enum(['outbound', 'inbound']),
  to: z.string(),
  from: z.string().nullable(),
  type: MessageType,
  text: z.string().nullable(),
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

export const TypingRequest = z.strictObject({ isTyping: z.boolean().default(true) });
