import type { PublishEvents } from '../webhooks/publish-events.ts';
import { campaignStatusEvent } from './campaign-status-event.ts';
import type { Campaign } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';

export interface AnnounceStatusDeps {
  readonly campaigns: Pick<Campaigns, 'counts'>;
  readonly publishEvents: PublishEvents;
  /** An event id that follows from time (Unix ms) and parts. */
  readonly eventIdOf: (atMs: number, ...parts: readonly string[]) => string;
}

/** Publishes `campaign.status` for a campaign whose status has just changed. Done again it publishes the same event. */
export const makeAnnounceStatus = ({ campaigns, publishEvents, eventIdOf }: AnnounceStatusDeps) =>
  async (campaign: Campaign): Promise<void> => {
    const { id, workspaceId, status, statusAt } = campaign;
    const eventId = eventIdOf(statusAt, id, status);
    await publishEvents(workspaceId, [campaignStatusEvent(eventId, campaign, await campaigns.counts(id), statusAt)]);
  };
export type AnnounceStatus = ReturnType<typeof makeAnnounceStatus>;
