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
import { sessionsForRetry } from '../../../shared/domain/campaigns/campaign-sessions.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';

export interface ControlCampaignDeps {
  readonly campaigns: Campaigns;
  readonly sessions: Pick<Sessions, 'get' | 'list'>;
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
    const able = await withSessions(deps, campaign);
    const jobs = jobsOf(campaign, 'retry', campaign.total);
    await deps.campaigns.recordJobs(jobs);
    const reopened = await takeStep(deps.campaigns, 'reopen', able, { completedAt: null });
    await follow(deps, reopened ?? able, jobs);
    return reopened ?? able;
  };

const RETRYABLE: readonly CampaignStatus[] = ['running', 'paused', 'completed'];

/**
 * The campaign with sessions that can send. Those that were deleted or logged out stay in its list, since messages of theirs
 * may still have to be held back or skipped; the retry passes them over.
 */
async function withSessions({ campaigns, sessions }: ControlCampaignDeps, campaign: Campaign): Promise<Campaign> {
  const { workspaceId, id, status, sessionIds } = campaign;
  const usable = await sessionsForRetry(sessions, campaign);
  if (usable.every((sessionId) => sessionIds.includes(sessionId))) return campaign;
  const changed = await campaigns.transition(workspaceId, id, [status], status, { sessionIds: [...new Set([...sessionIds, ...usable])] });
  if (changed) return changed;
  throw cannot('be retried', await campaigns.get(workspaceId, id));
}

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
