import * as z from 'zod';
import { Priority } from './message.ts';

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

/** What waits on the job queues: each kind of work under a `kind` of its own. `shared/domain/jobs` says which queue it goes to. */
export const Job = z.discriminatedUnion('kind', [CampaignJob]);
export type Job = z.infer<typeof Job>;

/** The four job queues, each with a consumer of its own, so that none waits for another. */
export const JobClass = Priority;
export type JobClass = z.infer<typeof JobClass>;

/** Points to stored deliveries of one webhook; the records in the table are the truth. No ids: whatever is due, before that time (Unix ms) if one is given. */
export const WebhookDeliveryJob = z.object({
  v: z.literal(1),
  workspaceId: z.string(),
  webhookId: z.string(),
  deliveryIds: z.array(z.string()),
  dueBefore: z.int().optional(),
});
export type WebhookDeliveryJob = z.infer<typeof WebhookDeliveryJob>;

/** A pointer to one slice of a contact import; its rows lie in the table. */
export const ContactImportJob = z.object({
  v: z.literal(1),
  workspaceId: z.string(),
  importId: z.string(),
  slice: z.int().nonnegative(),
});
export type ContactImportJob = z.infer<typeof ContactImportJob>;

/**
 * Something to do with a number on Meta's Cloud API. `send`: look at its outbox, the truth is there. `fetch-file`: of a
 * message that came in, which says whether it still is to be. The others act in a chat at once, and may get lost.
 */
export const MetaSendJob = z.discriminatedUnion('kind', [
  z.object({ v: z.literal(1), kind: z.literal('send'), sessionId: z.string() }),
  z.object({ v: z.literal(1), kind: z.literal('mark-read'), workspaceId: z.string(), sessionId: z.string(), peer: z.string() }),
  z.object({ v: z.literal(1), kind: z.literal('fetch-file'), workspaceId: z.string(), sessionId: z.string(), messageId: z.string(), attempt: z.int().nonnegative() }),
  z.object({ v: z.literal(1), kind: z.literal('typing'), workspaceId: z.string(), sessionId: z.string(), peer: z.string() }),
]);
export type MetaSendJob = z.infer<typeof MetaSendJob>;
