import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import { completeIfDone } from '../../../shared/domain/campaigns/complete-if-done.ts';
import type { NoteCounts } from '../../../shared/domain/campaigns/note-counts.ts';
import { campaignDeltas } from '../../../shared/domain/outbox/campaign-deltas.ts';
import type { AppliedChange } from '../../../shared/domain/outbox/messages.ts';

export interface CountCampaignsDeps {
  readonly campaigns: CountingCampaigns;
  readonly noteCounts: NoteCounts;
}

export type CountingCampaigns = Pick<Campaigns, 'addCounts' | 'get' | 'counts' | 'pendingJobs' | 'transition'>;

/** Moves the counts of the campaigns concerned, once a batch. Returns those that it completed: nothing is left to send. */
export async function countCampaigns(
  { campaigns, noteCounts }: CountCampaignsDeps,
  { workspaceId, sessionId, sequence }: SessionEventBatch,
  applied: readonly AppliedChange[],
  isRepeat: boolean,
): Promise<readonly Campaign[]> {
  const completed: Campaign[] = [];
  for (const [campaignId, deltas] of campaignDeltas(applied)) {
    await campaigns.addCounts(campaignId, sessionId, deltas, sequence);
    await noteCounts({ workspaceId, id: campaignId });
    if ((deltas.sending ?? 0) >= 0) continue; // only receipts: they complete nothing
    const campaign = await completion(campaigns, workspaceId, campaignId, isRepeat);
    if (campaign) completed.push(campaign);
  }
  return completed;
}

/** On a repeated delivery we may have completed it before and died before telling. */
async function completion(campaigns: CountingCampaigns, workspaceId: string, campaignId: string, isRepeat: boolean): Promise<Campaign | undefined> {
  const completed = await completeIfDone(campaigns, workspaceId, campaignId);
  if (completed || !isRepeat) return completed;
  const campaign = await campaigns.get(workspaceId, campaignId);
  return campaign.status === 'completed' ? campaign : undefined;
}
