import * as z from 'zod';
import { PublicEventType } from '../public-event.ts';
import { Instant, NullableInstant, PageQuery, pageOf } from './common.ts';

const WebhookUrl = z.url({ protocol: /^https?$/ }).max(2_000);
const WebhookEvents = z.array(z.union([PublicEventType, z.literal('*')])).min(1).max(50);

export const CreateWebhookRequest = z.strictObject({ url: WebhookUrl, events: WebhookEvents });
export type CreateWebhookRequest = z.infer<typeof CreateWebhookRequest>;
export const UpdateWebhookRequest = z
  .strictObject({ url: WebhookUrl.optional(), events: WebhookEvents.optional(), enabled: z.boolean().optional() })
  .refine((change) => Object.keys(change).length > 0, 'needs at least one of url, events, enabled');
export type UpdateWebhookRequest = z.infer<typeof UpdateWebhookRequest>;

export const WebhookView = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  disabledReason: z.string().nullable(),
  createdAt: Instant,
});
export type WebhookView = z.infer<typeof WebhookView>;
export const CreatedWebhookView = WebhookView.extend({ secret: z.string().describe('Shown this once') });
export const WebhookPage = pageOf(WebhookView);

export const DeliveryStatus = z.enum(['pending', 'delivered', 'dead']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;
export const DeliveryView = z.object({
  id: z.string(),
  webhookId: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  status: DeliveryStatus,
  attempts: z.int(),
  nextAttemptAt: NullableInstant,
  lastAttemptAt: NullableInstant,
  responseStatus: z.int().nullable(),
  error: z.string().nullable(),
  createdAt: Instant,
});
export type DeliveryView = z.infer<typeof DeliveryView>;
export const DeliveryPage = pageOf(DeliveryView);
export const ListDeliveriesQuery = PageQuery.extend({ status: DeliveryStatus.optional() });
