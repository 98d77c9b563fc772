import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { StartedCampaign } from './campaign-messages.ts';
import { queueMessages, type QueueMessagesDeps } from './queue-messages.ts';
import { recipientPages } from './recipient-pages.ts';

export interface FanOutDeps extends QueueMessagesDeps {
  readonly campaigns: Pick<Campaigns, 'get' | 'recipientsIn'>;
}

/** Turns a slice of recipients into queued messages; in a paused campaign they wait behind closed lanes. */
export async function fanOut(deps: FanOutDeps, campaign: StartedCampaign, job: CampaignJob): Promise<void> {
  for await (const recipients of recipientPages(deps.campaigns, job)) {
    if (!(await queueMessages(deps, campaign, job, recipients))) return;
  }
}
