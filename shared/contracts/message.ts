import * as z from 'zod';
import { MediaId, MessageId, TemplateId } from './ids.ts';
import { isStorable, NOT_STORABLE } from './storable-number.ts';

/**
 * `unknown`: it left, and no answer came; Meta's status webhook tells what became of it, and until then nobody sends it
 * again. `skipped`: its campaign was cancelled before anyone claimed it. `received`: it came in.
 */
export const MessageStatus = z.enum([
  'queued',
  'sending',
  'unknown',
  'sent',
  'delivered',
  'read',
  'played',
  'failed',
  'skipped',
  'received',
]);
export type MessageStatus = z.infer<typeof MessageStatus>;

export const Priority = z.enum(['critical', 'high', 'default', 'low']);
export type Priority = z.infer<typeof Priority>;

export const MessageType = z.enum([
  'text',
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
  'location',
  'contact',
  'poll',
  'reaction',
  'forward',
  'edit',
  'delete',
  'template',
  'unknown',
]);
export type MessageType = z.infer<typeof MessageType>;

/** Why a message failed: `code` is stable, `detail` is for people. */
export const MessageFailure = z.object({ code: z.string(), detail: z.string() });
export type MessageFailure = z.infer<typeof MessageFailure>;

const base64 = z.base64().max(8_000_000).describe('The file itself; larger files go by `url`');
const Media = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).optional(),
    base64: base64.optional(),
    id: MediaId.optional().describe('A file uploaded with `POST /v1/media`'),
    mimetype: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as image/png').optional(),
    filename: z.string().min(1).max(240).optional(),
  })
  .refine((media) => [media.url, media.base64, media.id].filter((source) => source !== undefined).length === 1, 'needs exactly one of url, base64 and id')
  .refine((media) => media.base64 === undefined || media.mimetype !== undefined, {
    message: 'is needed with base64',
    path: ['mimetype'],
  });

export const MessageText = z.string().min(1).max(65_536);
const referred = MessageId;
const withMedia = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), media: Media, text: MessageText.optional() });

/** What is sent, by type. One shape in the API, in the outbox and in the fleet. */
export const MessageContent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    text: MessageText,
    linkPreview: z.boolean().optional().describe('Default: true. Shows what the first link of the text leads to'),
  }),
  withMedia('image'),
  withMedia('video'),
  withMedia('audio'),
  z.strictObject({ type: z.literal('voice'), media: Media }),
  withMedia('document'),
  z.strictObject({ type: z.literal('sticker'), media: Media }),
  z.strictObject({
    type: z.literal('location'),
    location: z.strictObject({
      latitude: z.number().min(-90).max(90).refine(isStorable, NOT_STORABLE),
      longitude: z.number().min(-180).max(180).refine(isStorable, NOT_STORABLE),
      name: z.string().max(200).optional(),
      address: z.string().max(500).optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('contact'),
    contact: z.strictObject({ name: z.string().min(1).max(200), phoneNumber: z.string().min(7).max(20) }),
  }),
  z.strictObject({
    type: z.literal('poll'),
    poll: z.strictObject({
      question: z.string().min(1).max(255),
      options: z.array(z.string().min(1).max(100)).min(2).max(12),
      multiple: z.boolean().default(false),
    }),
  }),
  z.strictObject({
    type: z.literal('reaction'),
    reaction: z.strictObject({
      messageId: referred.describe('The message reacted to'),
      emoji: z.string().max(16).describe('Empty takes the reaction back'),
    }),
  }),
  z.strictObject({ type: z.literal('forward'), forward: z.strictObject({ messageId: referred.describe('A message of any chat of the same session') }) }),
  z.strictObject({ type: z.literal('edit'), text: MessageText, edit: z.strictObject({ messageId: referred.describe('A text, or a caption, of ours') }) }),
  z.strictObject({ type: z.literal('delete'), delete: z.strictObject({ messageId: referred.describe('A message of ours; it goes for everyone') }) }),
  z.strictObject({
    type: z.literal('template'),
    template: z.strictObject({
      id: TemplateId.describe('An approved template; Meta sessions only'),
      variables: z.record(z.string().regex(/^\w{1,64}$/), z.string().min(1).max(1_024)).default({}).describe('Values for its placeholders, by name or number'),
    }),
  }),
]);
export type MessageContent = z.infer<typeof MessageContent>;
