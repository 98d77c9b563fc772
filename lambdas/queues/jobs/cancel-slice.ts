import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import type { StartedCampaign } from './campaign-messages.ts';
import { recipientPages } from './recipient-pages.ts';

export interface CancelSliceDeps {
  readonly campaigns: Pick<Campaigns, 'recipientsIn'>;
  readonly outbox: Pick<Outbox, 'skip'>;
}

/**
 * Marks the messages nobody claimed as skipped. Nothing is counted: whoever is in no other count of a cancelled
 * campaign is skipped.
 */
export async function cancelSlice({ campaigns, outbox }: CancelSliceDeps, campaign: StartedCampaign, job: CampaignJob): Promise<void> {
  const { id, workspaceId, startedAt } = campaign;
  for await (const recipients of recipientPages(campaigns, job)) {
    await outbox.skip(workspaceId, recipients.map(({ to, attempt }) => campaignMessageIdOf(workspaceId, id, startedAt, to, attempt)));
  }
}
