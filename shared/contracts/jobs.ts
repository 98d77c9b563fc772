import * as z from 'zod';

/**
 * One slice of a campaign's recipients, by the first 4 hex digits of their hash: [fromHash, toHash).
 * `fan-out` turns them into outbox messages, `cancel` marks those nobody claimed as skipped, `retry` queues failed ones anew.
 */
export const CampaignJob = z.object({
  v: z.literal(1),
  kind: z.enum(['fan-out', 'cancel', 'retry']),
  workspaceId: z.string(),
  campaignId: z.string(),
  fromHash: z.string().regex(/^[0-9a-f]{4}$/),
  toHash: z.string().regex(/^[0-9a-f]{4}$|^10000$/),
});
export type CampaignJob = z.infer<typeof CampaignJob>;

/** Points to stored deliveries of one webhook; the records in the table are the truth. No ids: whatever is due, before that time (Unix ms) if one is given. */
export const WebhookDeliveryJob = z.object({
  v: z.literal(1),
  workspaceId: z.string(),
  webhookId: z.string(),
  deliveryIds: z.array(z.string()),
  dueBefore: z.int().optional(),
});
export type WebhookDeliveryJob = z.infer<typeof WebhookDeliveryJob>;
