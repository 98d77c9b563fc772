import type { CampaignJob } from '../../contracts/jobs.ts';
import type { Clock } from '../clock.ts';
import { DomainError } from '../errors.ts';
import type { EnqueueJobs } from '../job-queue.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { AnnounceStatus } from './announce-status.ts';
import { alignLanes } from './campaign-lanes.ts';
import { takeStep } from './campaign-state.ts';
import type { Campaign } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';
import { completeIfDone } from './complete-if-done.ts';
import type { RecountCampaign } from './recount-campaign.ts';
import type { StartCampaign } from './start-campaign.ts';

export interface FollowUpCampaignDeps {
  readonly campaigns: Campaigns;
  readonly outbox: Pick<Outbox, 'openLane' | 'closeLane'>;
  readonly enqueue: EnqueueJobs<CampaignJob>;
  readonly startCampaign: StartCampaign;
  readonly recountCampaign: RecountCampaign;
  readonly announce: AnnounceStatus;
  readonly clock: Clock;
}

/** A job this young is most likely on its queue still. One that is enqueued twice is done once. */
const JOB_GRACE_MS = 5_000;
/** How long after its time a campaign may wait for a session to connect, before it counts as failed. */
const START_GRACE_MS = 3_600_000;
/** Follow-ups come every minute: each change of status is told in one of them at least. */
const TOLD_AGAIN_FOR_MS = 90_000;

/**
 * Does what is left to do for one active campaign, from its record alone: starts it when its time has come, puts jobs
 * that nobody did back on the queue, sets lanes and counts right, completes it, and retires it once it has ended and its
 * counts are settled. Safe to repeat.
 */
export const makeFollowUpCampaign = (deps: FollowUpCampaignDeps) =>
  async (campaign: Campaign): Promise<void> => {
    await announceAgain(deps, campaign);
    if (campaign.status === 'scheduled') return startWhenDue(deps, campaign);
    await setLanesRight(deps, campaign);
    await requeueJobs(deps, campaign);
    if (campaign.status === 'paused') return;
    const isSettled = await setCountsRight(deps, campaign);
    if (campaign.status === 'running') await complete(deps, campaign);
    else if (isSettled) await retireIfDone(deps, campaign);
  };

/** Whoever changed its status may have died before telling; a completion is told once more when it retires. */
async function announceAgain({ announce, clock }: FollowUpCampaignDeps, campaign: Campaign): Promise<void> {
  const isFresh = clock.now() - campaign.statusAt < TOLD_AGAIN_FOR_MS;
  if (isFresh && campaign.status !== 'completed') await announce(campaign);
}

async function startWhenDue({ campaigns, startCampaign, clock }: FollowUpCampaignDeps, campaign: Campaign): Promise<void> {
  const lateMs = clock.now() - (campaign.startAt ?? Infinity);
  if (lateMs < 0) return;
  try {
    await startCampaign(campaign.workspaceId, campaign.id);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const isHopeless = error.kind === 'invalid' || lateMs > START_GRACE_MS; // else a session may connect yet
    if (isHopeless) await takeStep(campaigns, 'fail', campaign, { failureReason: error.message });
  }
}

/** If the status moves meanwhile, whoever moved it may have set the lanes before us: look again. */
async function setLanesRight({ campaigns, outbox }: FollowUpCampaignDeps, campaign: Campaign): Promise<void> {
  await alignLanes(outbox, campaign);
  const now = await campaigns.get(campaign.workspaceId, campaign.id);
  if (now.status !== campaign.status) await alignLanes(outbox, now);
}

async function requeueJobs({ campaigns, enqueue, clock }: FollowUpCampaignDeps, { id }: Campaign): Promise<void> {
  const left = await campaigns.pendingJobs(id, clock.now() - JOB_GRACE_MS);
  if (left.length > 0) await enqueue(left);
}

/** `false`: they may still move. While jobs are left they surely do, so a look at them would be wasted. */
async function setCountsRight({ campaigns, recountCampaign }: FollowUpCampaignDeps, campaign: Campaign): Promise<boolean> {
  if ((await campaigns.pendingJobs(campaign.id)).length > 0) return false;
  return (await recountCampaign(campaign)).isSettled;
}

async function complete({ campaigns, announce, clock }: FollowUpCampaignDeps, { id, workspaceId }: Campaign): Promise<void> {
  const completed = await completeIfDone(campaigns, workspaceId, id, clock);
  if (completed) await announce(completed);
}

/**
 * Whoever completed it may have died before telling; telling again is no harm. A retry may have left jobs while the
 * recount went on.
 */
async function retireIfDone({ campaigns, announce }: FollowUpCampaignDeps, campaign: Campaign): Promise<void> {
  if ((await campaigns.pendingJobs(campaign.id)).length > 0) return;
  if (campaign.status === 'completed') await announce(campaign);
  await campaigns.retire(campaign);
}
