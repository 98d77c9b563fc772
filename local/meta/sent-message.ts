import * as z from 'zod';
import { parameter } from './graph-error.ts';

const media = z.object({ link: z.url().optional(), id: z.string().optional(), caption: z.string().max(1024).optional(), filename: z.string().optional(), voice: z.boolean().optional() })
  .refine(({ link, id }) => (link === undefined) !== (id === undefined), 'needs either link or id');
const Parameter = z.looseObject({ type: z.string(), text: z.string().optional(), parameter_name: z.string().optional() });

const common = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').default('individual'),
  to: z.string().min(1).optional(),
  recipient: z.string().min(1).optional(),
  context: z.object({ message_id: z.string() }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
};

const Content = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('text'), text: z.object({ body: z.string().min(1).max(4096), preview_url: z.boolean().optional() }) }),
  z.object({ ...common, type: z.literal('image'), image: media }),
  z.object({ ...common, type: z.literal('video'), video: media }),
  z.object({ ...common, type: z.literal('audio'), audio: media }),
  z.object({ ...common, type: z.literal('document'), document: media }),
  z.object({ ...common, type: z.literal('sticker'), sticker: media }),
  z.object({
    ...common,
    type: z.literal('location'),
    location: z.object({ latitude: z.coerce.number(), longitude: z.coerce.number(), name: z.string().optional(), address: z.string().optional() }),
  }),
  z.object({
    ...common,
    type: z.literal('contacts'),
    contacts: z.array(z.looseObject({ name: z.looseObject({ formatted_name: z.string() }), phones: z.array(z.looseObject({ phone: z.string() })).default([]) })).min(1),
  }),
  z.object({ ...common, type: z.literal('reaction'), reaction: z.object({ message_id: z.string(), emoji: z.string() }) }),
  z.object({ ...common, type: z.literal('interactive'), interactive: z.looseObject({ type: z.string() }) }),
  z.object({
    ...common,
    type: z.literal('template'),
    template: z.object({
      name: z.string(),
      language: z.object({ code: z.string() }),
      components: z.array(z.looseObject({ type: z.string(), parameters: z.array(Parameter).optional() })).optional(),
    }),
  }),
]);
export type SentMessage = z.output<typeof Content>;

const Read = z.object({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string(),
  typing_indicator: z.object({ type: z.literal('text') }).optional(),
});
export type ReadMark = z.output<typeof Read>;

/** The body of a call of `/messages`. Throws as Meta does for what it does not know. */
export function parseSent(body: unknown): SentMessage | ReadMark {
  const isRead = typeof body === 'object' && body !== null && 'status' in body;
  const withType = typeof body === 'object' && body !== null && !('type' in body) && 'text' in body ? { ...body, type: 'text' } : body;
  const result = isRead ? Read.safeParse(body) : Content.safeParse(withType);
  if (result.success) return result.data;
  throw parameter(result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '));
}

/** What the type has to say, without what belongs to any message. */
export const contentOf = (message: SentMessage): unknown => (message as unknown as Record<string, unknown>)[message.type];
