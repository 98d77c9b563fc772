import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Peers } from '../../../shared/domain/chats/chats.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { campaignMessages, type StartedCampaign } from './campaign-messages.ts';

export interface QueueMessagesDeps {
  readonly campaigns: Pick<Campaigns, 'get'>;
  readonly outbox: Pick<Outbox, 'insertMany' | 'skip'>;
  readonly peers: Pick<Peers, 'lastSessionsOf' | 'remember'>;
  readonly clock: Clock;
}

/**
 * Queues a message for each recipient; those queued already stay as they are. If the campaign was cancelled meanwhile,
 * they are skipped again: the cancel job may have passed before they were there. `false`: it was.
 */
export async function queueMessages(
  deps: QueueMessagesDeps,
  campaign: StartedCampaign,
  { fromHash }: CampaignJob,
  recipients: readonly Recipient[],
): Promise<boolean> {
  if (recipients.length === 0) return true;
  const { peers, outbox, campaigns, clock } = deps;
  const known = await peers.lastSessionsOf(campaign.workspaceId, recipients.map(({ to }) => to));
  const outcomes = await outbox.insertMany(campaignMessages(campaign, recipients, known, fromHash, clock.now()));
  const { status } = await campaigns.get(campaign.workspaceId, campaign.id);
  if (status === 'cancelled') {
    await outbox.skip(campaign.workspaceId, outcomes.map(({ message }) => message.id));
    return false;
  }
  await peers.remember(campaign.workspaceId, new Map(outcomes.map(({ message }) => [message.peer, message.sessionId])), known);
  return true;
}
