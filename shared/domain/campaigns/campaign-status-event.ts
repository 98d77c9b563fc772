import type { PublicEvent } from '../../contracts/public-event.ts';
import { statsOf } from './campaign-stats.ts';
import type { Campaign, CampaignCounts } from './campaign.ts';

/** Says that a campaign has changed its status. `id` must follow from campaign, status and `atMs` (Unix ms). */
export const campaignStatusEvent = (id: string, campaign: Campaign, counts: CampaignCounts, atMs: number): PublicEvent => ({
  id,
  type: 'campaign.status',
  createdAt: new Date(atMs).toISOString(),
  workspaceId: campaign.workspaceId,
  data: { campaignId: campaign.id, name: campaign.name, status: campaign.status, stats: statsOf(campaign, counts) },
});
