import type { CampaignStatus } from '../../../shared/contracts/api/campaigns.ts';
import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { AnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { completeIfDone } from '../../../shared/domain/campaigns/complete-if-done.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { NoteCounts } from '../../../shared/domain/campaigns/note-counts.ts';
import type { WakeSessions } from '../../../shared/domain/campaigns/wake-sessions.ts';
import type { StartedCampaign } from './campaign-messages.ts';
import { cancelSlice } from './cancel-slice.ts';
import { fanOut } from './fan-out.ts';
import { retrySlice, type RetrySliceDeps } from './retry-slice.ts';

export interface RunCampaignJobDeps extends RetrySliceDeps {
  readonly campaigns: Campaigns;
  /** Tells the owners of these sessions that there is something to send: a hint. */
  readonly wake: WakeSessions;
  readonly announce: AnnounceStatus;
  readonly noteCounts: NoteCounts;
}

/** In which states of its campaign a job still has something to do. */
const MEANT_FOR: Readonly<Record<CampaignJob['kind'], readonly CampaignStatus[]>> = {
  'fan-out': ['running', 'paused'],
  retry: ['running', 'paused', 'completed'],
  cancel: ['cancelled'],
};
const WORK = { 'fan-out': fanOut, retry: retrySlice, cancel: cancelSlice } as const;
const NOT_STARTED: readonly CampaignStatus[] = ['draft', 'scheduled'];
const WAKE_INTERVAL_MS = 1_000;

/** Does one job, once: what a queue brings again finds it finished. What a job adds is derived, so half done is no harm. */
export function makeRunCampaignJob(deps: RunCampaignJobDeps) {
  const wakeSometimes = atIntervals(deps);
  return async (job: CampaignJob): Promise<void> => {
    const { campaigns } = deps;
    if (!(await campaigns.isPending(job))) return;
    const campaign = await campaigns.get(job.workspaceId, job.campaignId);
    if (NOT_STARTED.includes(campaign.status)) return; // recorded by a start that went no further; the next one brings it again
    if (isStarted(campaign) && MEANT_FOR[job.kind].includes(campaign.status)) await WORK[job.kind](deps, campaign, job);
    await deps.noteCounts(campaign);
    await campaigns.finishJob(job);
    const completed = await completeIfDone(campaigns, job.workspaceId, job.campaignId, deps.clock);
    if (completed) await deps.announce(completed);
    else await wakeSometimes(campaign);
  };
}

const isStarted = (campaign: Campaign): campaign is StartedCampaign => campaign.startedAt !== null;

/** After the last job of a campaign, and in between at most once a second. */
function atIntervals({ campaigns, wake, clock }: RunCampaignJobDeps) {
  const wokenAt = new Map<string, number>();
  return async ({ id, sessionIds }: Campaign): Promise<void> => {
    const isRecent = clock.now() - (wokenAt.get(id) ?? -Infinity) < WAKE_INTERVAL_MS;
    const isLast = (await campaigns.pendingJobs(id)).length === 0;
    if (isRecent && !isLast) return;
    wokenAt.set(id, clock.now());
    if (isLast) wokenAt.delete(id);
    await wake(sessionIds);
  };
}
