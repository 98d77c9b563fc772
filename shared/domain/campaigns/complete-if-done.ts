import { systemClock, type Clock } from '../clock.ts';
import type { Campaign, CampaignCounts } from './campaign.ts';
import { canTake, takeStep } from './campaign-state.ts';
import type { Campaigns } from './campaigns.ts';

type CompletionCampaigns = Pick<Campaigns, 'get' | 'counts' | 'pendingJobs' | 'transition'>;

/**
 * Moves a running campaign to `completed` once each recipient is done with: none queued, none sending, no jobs left.
 * Returns the campaign if this very call completed it. Cheap while it is not done: one read while anything is sending,
 * two otherwise. Safe to race: one caller wins the transition, and a `retry` that comes meanwhile leaves a job, which
 * opens the campaign again.
 */
export async function completeIfDone(
  campaigns: CompletionCampaigns,
  workspaceId: string,
  campaignId: string,
  clock: Clock = systemClock,
): Promise<Campaign | undefined> {
  const counts = await campaigns.counts(campaignId);
  if (counts.sending > 0) return undefined;
  const campaign = await campaigns.get(workspaceId, campaignId);
  if (!canTake('complete', campaign) || finished(counts) < campaign.total) return undefined;
  if ((await campaigns.pendingJobs(campaignId)).length > 0) return undefined;
  if (finished(await campaigns.counts(campaignId)) < campaign.total) return undefined; // a retry ran since the first look
  return takeStep(campaigns, 'complete', campaign, { completedAt: clock.now() });
}

const finished = ({ sent, delivered, read, failed, skipped }: CampaignCounts): number => sent + delivered + read + failed + skipped;
