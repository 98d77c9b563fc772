import * as z from 'zod';
import { PublicEventType } from '../public-event.ts';
import { Instant, NullableInstant, PageQuery, pageOf } from './common.ts';

const WebhookUrl = z.url({ protocol: /^https?$/ }).max(2_000);
const WebhookEvents = z.array(z.union([PublicEventType, z.literal('*')])).min(1).max(50);

const Ordered = z.boolean().describe("A chat's next event waits until the one before was delivered or given up");

export const CreateWebhookRequest = z.strictObject({ url: WebhookUrl, events: WebhookEvents, ordered: Ordered.default(false) });
export type CreateWebhookRequest = z.infer<typeof CreateWebhookRequest>;
export const UpdateWebhookRequest = z
  .strictObject({ url: WebhookUrl.optional(), events: WebhookEvents.optional(), ordered: Ordered.optional(), enabled: z.boolean().optional() })
  .refine((change) => Object.keys(change).length > 0, 'needs at least one of url, events, ordered, enabled');
export type UpdateWebhookRequest = z.infer<typeof UpdateWebhookRequest>;

export const WebhookView = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  ordered: z.boolean(),
  enabled: z.boolean(),
  disabledReason: z.string().nullable().describe('Why we disabled it'),
  disabledAt: NullableInstant,
  previousSecretUntil: NullableInstant.describe('Until when the secret before the last rotation signs, too'),
  createdAt: Instant,
});
export type WebhookView = z.infer<typeof WebhookView>;
export const CreatedWebhookView = WebhookView.extend({ secret: z.string().describe('Shown this once') });
export const WebhookPage = pageOf(WebhookView);
export const WebhookDetail = WebhookView.extend({
  health: z.object({
    failingSince: NullableInstant.describe('Since when it has taken nothing'),
    heldUntil: NullableInstant.describe('Until when nothing is sent, because it did not answer or asked for a pause'),
    replaying: z.boolean().describe('A bulk replay is under way'),
  }),
});
export type WebhookDetail = z.infer<typeof WebhookDetail>;

const LONGEST_OVERLAP_HOURS = 168;
export const RotateSecretRequest = z.strictObject({
  overlapHours: z.int().min(0).max(LONGEST_OVERLAP_HOURS).default(24).describe('How long the old secret signs, too; 0: no longer'),
});

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
const EventTime = z.iso.datetime({ offset: true });
const span = {
  since: EventTime.optional().describe('Events that happened then or later'),
  until: EventTime.optional().describe('Events that happened then or earlier'),
};
const isForward = ({ since, until }: { readonly since?: string | undefined; readonly until?: string | undefined }): boolean =>
  since === undefined || until === undefined || Date.parse(since) <= Date.parse(until);
const BACKWARD = { path: ['until'], message: 'must not be before `since`' };
export const ListDeliveriesQuery = PageQuery.extend({
  status: DeliveryStatus.optional(),
  eventType: PublicEventType.optional(),
  ...span,
}).refine(isForward, BACKWARD);
export const AttemptView = z.object({
  at: NullableInstant,
  durationMs: z.int().nullable(),
  responseStatus: z.int().nullable(),
  error: z.string().nullable(),
  responseExcerpt: z.string().nullable().describe('The first kilobyte of the answer, if it is text'),
});
export const DeliveryDetail = DeliveryView.extend({
  request: z.object({
    method: z.literal('POST'),
    url: z.string(),
    headers: z.record(z.string(), z.string()).describe('Without the signatures'),
    body: z.string(),
  }),
  log: z.array(AttemptView).describe('Every attempt, oldest first'),
});
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;

export const ReplayRequest = z.strictObject({
  status: DeliveryStatus.exclude(['pending']).default('dead'),
  ...span,
  eventTypes: z.array(PublicEventType).min(1).max(50).optional(),
}).refine(isForward, BACKWARD);
export const ReplayAccepted = z.object({ accepted: z.int().describe('Deliveries that go out once more') });
