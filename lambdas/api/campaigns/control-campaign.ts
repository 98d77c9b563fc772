import type { CampaignStatus } from '../../../shared/contracts/api/campaigns.ts';
import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import { alignLanes } from '../../../shared/domain/campaigns/campaign-lanes.ts';
import { jobsOf } from '../../../shared/domain/campaigns/campaign-slices.ts';
import { cannot, canTake, takeStep, type CampaignStep } from '../../../shared/domain/campaigns/campaign-state.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { StartCampaign } from '../../../shared/domain/campaigns/start-campaign.ts';
import type { WakeSessions } from '../../../shared/domain/campaigns/wake-sessions.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';

export interface ControlCampaignDeps {
  readonly campaigns: Campaigns;
  readonly outbox: Pick<Outbox, 'openLane' | 'closeLane'>;
  readonly enqueue: EnqueueJobs<CampaignJob>;
  readonly startCampaign: StartCampaign;
  readonly wake: WakeSessions;
}

/** A step a user takes with a campaign. Returns it as it is then; throws `invalid_campaign_state` where it does not fit. */
export type ControlStep = (workspaceId: string, campaignId: string) => Promise<Campaign>;

/*
 * In each step the status changes first, or what must be done is recorded first; lanes, queues and nudges follow it and
 * can be repeated. The schedule `requeue-work` does what a crash left undone.
 */

export const makeStart = ({ startCampaign, wake }: ControlCampaignDeps): ControlStep =>
  async (workspaceId, campaignId) => {
    const started = await startCampaign(workspaceId, campaignId);
    await wake(started.sessionIds);
    return started;
  };

export const makePause = (deps: ControlCampaignDeps): ControlStep =>
  async (workspaceId, campaignId) => {
    const campaign = await deps.campaigns.get(workspaceId, campaignId);
    const paused = await take(deps, 'pause', campaign, 'be paused');
    await follow(deps, paused, []);
    return paused;
  };

export const makeResume = (deps: ControlCampaignDeps): ControlStep =>
  async (workspaceId, campaignId) => {
    const campaign = await deps.campaigns.get(workspaceId, campaignId);
    const running = await take(deps, 'resume', campaign, 'be resumed');
    await follow(deps, running, await deps.campaigns.pendingJobs(campaignId));
    return running;
  };

export const makeCancel = (deps: ControlCampaignDeps): ControlStep =>
  async (workspaceId, campaignId) => {
    const campaign = await deps.campaigns.get(workspaceId, campaignId);
    if (!canTake('cancel', campaign)) throw cannot('be cancelled', campaign);
    const jobs = jobsOf(campaign, 'cancel', campaign.total);
    await deps.campaigns.recordJobs(jobs);
    const cancelled = await take(deps, 'cancel', campaign, 'be cancelled');
    await follow(deps, cancelled, jobs);
    return cancelled;
  };

/** The jobs are the intent: they are recorded before a completed campaign runs again, and open it again if need be. */
export const makeRetry = (deps: ControlCampaignDeps): ControlStep =>
  async (workspaceId, campaignId) => {
    const campaign = await deps.campaigns.get(workspaceId, campaignId);
    if (!RETRYABLE.includes(campaign.status)) throw cannot('be retried', campaign);
    await requireFailures(deps, campaign);
    const jobs = jobsOf(campaign, 'retry', campaign.total);
    await deps.campaigns.recordJobs(jobs);
    const reopened = await takeStep(deps.campaigns, 'reopen', campaign, { completedAt: null });
    await follow(deps, reopened ?? campaign, jobs);
    return reopened ?? campaign;
  };

const RETRYABLE: readonly CampaignStatus[] = ['running', 'paused', 'completed'];

async function requireFailures({ campaigns }: ControlCampaignDeps, { id }: Campaign): Promise<void> {
  const { failed } = await campaigns.counts(id);
  if (failed === 0) throw new DomainError('conflict', 'nothing_to_retry', 'No message of this campaign has failed.');
}

async function take({ campaigns }: ControlCampaignDeps, step: CampaignStep, campaign: Campaign, words: string): Promise<Campaign> {
  const moved = await takeStep(campaigns, step, campaign);
  if (moved) return moved;
  throw cannot(words, await campaigns.get(campaign.workspaceId, campaign.id));
}

async function follow({ outbox, enqueue, wake }: ControlCampaignDeps, campaign: Campaign, jobs: readonly CampaignJob[]): Promise<void> {
  await alignLanes(outbox, campaign);
  if (jobs.length > 0) await enqueue(jobs);
  await wake(campaign.sessionIds);
}
