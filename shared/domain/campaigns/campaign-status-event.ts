import type { PublicEvent, PublicEventType } from '../../contracts/public-event.ts';
import { statsOf } from './campaign-stats.ts';
import type { Campaign, CampaignCounts } from './campaign.ts';

type CampaignEvent = (id: string, campaign: Campaign, counts: CampaignCounts, atMs: number) => PublicEvent;

const campaignEvent = (type: PublicEventType): CampaignEvent => (id, campaign, counts, atMs) => ({
  id,
  type,
  createdAt: new Date(atMs).toISOString(),
  workspaceId: campaign.workspaceId,
  data: { campaignId: campaign.id, name: campaign.name, status: campaign.status, stats: statsOf(campaign, counts) },
});

/** Says that a campaign has changed its status. `id` must follow from campaign, status and `atMs` (Unix ms). */
export const campaignStatusEvent = campaignEvent('campaign.status');

/** Says how far a campaign is. `id` must follow from campaign and `atMs` (Unix ms). */
export const campaignStatsEvent = campaignEvent('campaign.stats');
