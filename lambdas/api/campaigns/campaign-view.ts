import type { CampaignView } from '../../../shared/contracts/api/campaigns.ts';
import { statsOf } from '../../../shared/domain/campaigns/campaign-stats.ts';
import type { Campaign, CampaignCounts } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';

const NO_COUNTS: CampaignCounts = { sending: 0, sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0 };

/** The campaign as the API shows it, with its stats as of now. */
export async function viewOf(campaigns: Pick<Campaigns, 'counts'>, campaign: Campaign): Promise<CampaignView> {
  const { id, workspaceId, name, status, message, sessionIds, pacing, startAt, failureReason } = campaign;
  const counts = campaign.startedAt === null ? NO_COUNTS : await campaigns.counts(id);
  return {
    id,
    workspaceId,
    name,
    status,
    message: { ...message },
    sessionIds: [...sessionIds],
    pacing,
    schedule: startAt === null ? null : { startAt: instant(startAt) },
    stats: statsOf(campaign, counts),
    failureReason,
    createdAt: instant(campaign.createdAt),
    startedAt: campaign.startedAt && instant(campaign.startedAt),
    completedAt: campaign.completedAt && instant(campaign.completedAt),
  } as CampaignView;
}

const instant = (ms: number): string => new Date(ms).toISOString();
