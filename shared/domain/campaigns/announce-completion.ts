import type { PublishEvents } from '../webhooks/publish-events.ts';
import { campaignStatusEvent } from './campaign-status-event.ts';
import type { Campaign } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';

export interface AnnounceCompletionDeps {
  readonly campaigns: Pick<Campaigns, 'counts'>;
  readonly publishEvents: PublishEvents;
  /** An event id that follows from time (Unix ms) and parts. */
  readonly eventIdOf: (atMs: number, ...parts: readonly string[]) => string;
}

/** Publishes `campaign.status` for a campaign that was just completed. Done again it publishes the same event. */
export const makeAnnounceCompletion = ({ campaigns, publishEvents, eventIdOf }: AnnounceCompletionDeps) =>
  async (campaign: Campaign): Promise<void> => {
    const at = campaign.completedAt ?? campaign.createdAt;
    const id = eventIdOf(at, campaign.id, campaign.status);
    await publishEvents(campaign.workspaceId, [campaignStatusEvent(id, campaign, await campaigns.counts(campaign.id), at)]);
  };
export type AnnounceCompletion = ReturnType<typeof makeAnnounceCompletion>;
