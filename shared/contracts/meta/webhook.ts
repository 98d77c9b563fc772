import * as z from 'zod';

/*
 * What Meta sends to our webhook, as far as we read it. Only the frame is required: each message and status is read by
 * itself, so that one we do not understand keeps back no other, and Meta does not send the batch again for it.
 */
const seconds = z.string().regex(/^\d{1,12}$/);
const id = z.string().min(1).max(512);

export const WebhookFrame = z.object({
  object: z.string(),
  entry: z.array(z.object({ id: z.string(), changes: z.array(z.object({ field: z.string(), value: z.record(z.string(), z.unknown()) })).default([]) })).default([]),
});
export type WebhookFrame = z.infer<typeof WebhookFrame>;

export const WebhookContact = z.object({
  profile: z.object({ name: z.string().optional() }).optional(),
  wa_id: z.string().optional(),
  user_id: z.string().optional(),
});
export type WebhookContact = z.infer<typeof WebhookContact>;

export const MessagesValue = z.object({
  metadata: z.object({ phone_number_id: id }),
  contacts: z.array(z.unknown()).default([]),
  messages: z.array(z.unknown()).default([]),
  statuses: z.array(z.unknown()).default([]),
});
export type MessagesValue = z.infer<typeof MessagesValue>;

const File = z.object({ id, mime_type: z.string().default('application/octet-stream'), sha256: z.string().default(''), caption: z.string().optional(), filename: z.string().optional(), voice: z.boolean().optional() });
export type WebhookFile = z.infer<typeof File>;
const Choice = z.object({ title: z.string() });

/** Content stands under the name of the type; only the types we know are looked into. */
export const WebhookMessage = z.object({
  id,
  timestamp: seconds,
  type: z.string(),
  from: z.string().optional(),
  from_user_id: z.string().optional(),
  context: z.object({ id: z.string().optional(), forwarded: z.boolean().optional(), frequently_forwarded: z.boolean().optional() }).optional(),
  text: z.object({ body: z.string() }).optional(),
  image: File.optional(),
  video: File.optional(),
  audio: File.optional(),
  document: File.optional(),
  sticker: File.optional(),
  location: z.object({ latitude: z.coerce.number(), longitude: z.coerce.number(), name: z.string().optional(), address: z.string().optional() }).optional(),
  contacts: z.array(z.object({ name: z.object({ formatted_name: z.string() }).optional(), phones: z.array(z.object({ phone: z.string().optional() })).default([]) })).optional(),
  reaction: z.object({ message_id: id, emoji: z.string().optional() }).optional(),
  button: z.object({ text: z.string() }).optional(),
  interactive: z.object({ button_reply: Choice.optional(), list_reply: Choice.optional(), nfm_reply: z.object({ body: z.string().optional() }).optional() }).optional(),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;

export const WebhookStatus = z.object({
  id,
  status: z.string(),
  timestamp: seconds,
  recipient_id: z.string().optional(),
  recipient_user_id: z.string().optional(),
  biz_opaque_callback_data: z.string().optional(),
  errors: z.array(z.object({ code: z.int(), title: z.string().optional(), message: z.string().optional(), error_data: z.object({ details: z.string().optional() }).optional() })).default([]),
});
export type WebhookStatus = z.infer<typeof WebhookStatus>;

export const TemplateStatusValue = z.object({
  event: z.string(),
  message_template_name: z.string(),
  message_template_language: z.string(),
  reason: z.string().nullish(),
});
