import * as z from 'zod';

export const PublicEventType = z.enum([
  'session.qr',
  'session.status',
  'session.warning',
  'message.received',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.failed',
  'message.reaction',
  'message.revoked',
  'message.edited',
  'message.vote',
  'message.media',
  'chat.new',
  'contact.presence',
  'contact.updated',
  'contact.import',
  'chat.typing',
  'campaign.stats',
  'campaign.status',
  'template.status',
  'webhook.disabled',
  'instance.state',
  'payment.new',
]);
export type PublicEventType = z.infer<typeof PublicEventType>;

/** What webhooks and WebSocket clients receive. The id is derived from what happened, so each try carries the same one. */
export const PublicEvent = z.object({
  id: z.string(),
  type: PublicEventType,
  createdAt: z.iso.datetime(),
  workspaceId: z.string(),
  sessionId: z.string().optional(),
  chatId: z.string().optional(),
  sequence: z.int().optional(),
  data: z.record(z.string(), z.unknown()),
});
export type PublicEvent = z.infer<typeof PublicEvent>;
