import type { CampaignStatsJob } from '../../../shared/contracts/realtime.ts';
import { campaignStatsEvent } from '../../../shared/domain/campaigns/campaign-status-event.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { PublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';

export interface PublishCampaignStatsDeps {
  readonly campaigns: Pick<Campaigns, 'get' | 'counts'>;
  readonly publishEvents: PublishEvents;
  /** An event id that follows from time (Unix ms) and parts. */
  readonly eventIdOf: (atMs: number, ...parts: readonly string[]) => string;
}

/** Publishes the counts as they are now. However many jobs there are for one window, it is one event. */
export const makePublishCampaignStats = ({ campaigns, publishEvents, eventIdOf }: PublishCampaignStatsDeps) =>
  async ({ workspaceId, campaignId, windowMs }: CampaignStatsJob): Promise<void> => {
    const campaign = await campaigns.get(workspaceId, campaignId);
    const counts = await campaigns.counts(campaignId);
    await publishEvents(workspaceId, [campaignStatsEvent(eventIdOf(windowMs, campaignId, 'stats'), campaign, counts, windowMs)]);
  };
