import { createHash } from 'node:crypto';
import type { Campaign, Recipient } from '../../domain/campaigns/campaign.ts';
import type { Item } from './conditions.ts';
import { campaignKey, campaignsOfWorkspace, recipientKey } from './keys.ts';

const HASH_DIGITS = 4;
const RECIPIENT_PREFIX = 'R#0000#'.length;

export const campaignItem = (campaign: Campaign): Item => ({
  ...campaignKey(campaign.id),
  gsi1pk: campaignsOfWorkspace(campaign.workspaceId),
  gsi1sk: campaign.id,
  ...campaign,
});

export function campaignOf(item: Item): Campaign {
  const { id, workspaceId, name, status, message, sessionIds, pacing } = item as unknown as Campaign;
  const { startAt, total, failureReason, createdAt, startedAt, completedAt } = item as unknown as Campaign;
  const statusAt = Number(item['statusAt'] ?? createdAt); // older records have none
  const base = { id, workspaceId, name, status, message, sessionIds, pacing };
  return { ...base, startAt, total, failureReason, createdAt, startedAt, completedAt, statusAt };
}

/** Spreads numbers evenly over the partition, so that a slice of hashes is a slice of the work. */
export const recipientHash = (to: string): string => createHash('sha256').update(to).digest('hex').slice(0, HASH_DIGITS);

/** Kept small, since there are many: the number stands in the key, empty variables nowhere. */
export const recipientItem = (campaignId: string, { to, variables, attempt }: Recipient): Item => ({
  ...recipientKey(campaignId, recipientHash(to), to),
  ...(Object.keys(variables).length > 0 && { variables }),
  attempt,
});

export const recipientOf = (item: Item): Recipient => ({
  to: String(item['sk']).slice(RECIPIENT_PREFIX),
  variables: (item['variables'] ?? {}) as Recipient['variables'],
  attempt: Number(item['attempt']),
});
