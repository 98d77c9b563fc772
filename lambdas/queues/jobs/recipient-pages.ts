import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';

const RECIPIENTS_A_PAGE = 250;

/** The recipients of a job's slice, a page at a time. */
export async function* recipientPages(campaigns: Pick<Campaigns, 'recipientsIn'>, job: CampaignJob): AsyncGenerator<readonly Recipient[]> {
  let cursor: string | undefined;
  do {
    const page = await campaigns.recipientsIn(job.campaignId, job.fromHash, job.toHash, { limit: RECIPIENTS_A_PAGE, cursor });
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
