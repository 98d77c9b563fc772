import type { CampaignJob } from '../../contracts/jobs.ts';
import type { Clock } from '../clock.ts';
import { DomainError } from '../errors.ts';
import type { EnqueueJobs } from '../job-queue.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { alignLanes } from './campaign-lanes.ts';
import { sessionsFor } from './campaign-sessions.ts';
import { jobsOf } from './campaign-slices.ts';
import type { Campaign } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';
import { cannot, canTake, takeStep } from './campaign-state.ts';

export interface StartCampaignDeps {
  readonly campaigns: Pick<Campaigns, 'get' | 'countRecipients' | 'recordJobs' | 'transition'>;
  readonly sessions: Pick<Sessions, 'get' | 'list'>;
  readonly outbox: Pick<Outbox, 'openLane' | 'closeLane'>;
  readonly enqueue: EnqueueJobs<CampaignJob>;
  readonly clock: Clock;
}

/**
 * Starts a draft or scheduled campaign. Its jobs are recorded before it runs, so after a crash in between nothing is
 * missing: before the transition nothing has happened, after it the schedule `requeue-work` does what is left.
 *
 * Throws `no_recipients`, `no_connected_session`, `session_not_linked`, `invalid_campaign_state`, `recipients_being_added`.
 */
export const makeStartCampaign = (deps: StartCampaignDeps) =>
  async (workspaceId: string, campaignId: string): Promise<Campaign> => {
    const { campaigns, clock } = deps;
    const campaign = await campaigns.get(workspaceId, campaignId);
    if (!canTake('start', campaign)) throw cannot('be started', campaign);
    const { total, sessionIds } = await readiness(deps, campaign);
    const jobs = jobsOf(campaign, 'fan-out', total);
    await campaigns.recordJobs(jobs);
    const started = await takeStep(campaigns, 'start', campaign, { startedAt: clock.now(), sessionIds, total });
    if (!started) throw lostStart(await campaigns.get(workspaceId, campaignId));
    await alignLanes(deps.outbox, started);
    await deps.enqueue(jobs);
    return started;
  };
export type StartCampaign = ReturnType<typeof makeStartCampaign>;

async function readiness({ campaigns, sessions }: StartCampaignDeps, campaign: Campaign) {
  const total = await campaigns.countRecipients(campaign.id);
  if (total === 0) throw new DomainError('invalid', 'no_recipients', 'The campaign has no recipients. Add some first.');
  return { total, sessionIds: await sessionsFor(sessions, campaign) };
}

function lostStart(campaign: Campaign): DomainError {
  if (!canTake('start', campaign)) return cannot('be started', campaign);
  const advice = 'Recipients are being added right now. Start it when that is done.';
  return new DomainError('conflict', 'recipients_being_added', advice, { retryAfterSeconds: 1 });
}
