import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Peers } from '../../../shared/domain/chats/chats.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { OptedOutAmong } from '../../../shared/domain/contacts/contacts.ts';
import type { OptedOutMessages } from '../../../shared/domain/contacts/opted-out-messages.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { campaignMessages, type StartedCampaign } from './campaign-messages.ts';

export interface QueueMessagesDeps {
  readonly campaigns: Pick<Campaigns, 'get'>;
  readonly outbox: Pick<Outbox, 'insertMany' | 'skip'>;
  readonly peers: Pick<Peers, 'lastSessionsOf' | 'remember'>;
  readonly optedOutAmong: OptedOutAmong;
  readonly optedOutMessages: OptedOutMessages;
  readonly clock: Clock;
}

/**
 * Queues a message for each recipient; those queued already stay as they are. If the campaign was cancelled meanwhile,
 * they are skipped again: the cancel job may have passed before they were there. `false`: it was. Who opted out is skipped.
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
  const outcomes = await insertWanted(deps, campaign, campaignMessages(campaign, recipients, known, fromHash, clock.now()));
  const { status } = await campaigns.get(campaign.workspaceId, campaign.id);
  if (status === 'cancelled') {
    await outbox.skip(campaign.workspaceId, outcomes.map(({ message }) => message.id));
    return false;
  }
  await peers.remember(campaign.workspaceId, new Map(outcomes.map(({ message }) => [message.peer, message.sessionId])), known);
  return true;
}

/** Asks once more after the insert: whoever said stop before we looked had nothing here yet that could be skipped. */
async function insertWanted({ outbox, optedOutAmong, optedOutMessages }: QueueMessagesDeps, { workspaceId }: StartedCampaign, messages: readonly OutboundMessage[]) {
  const optedOut = await optedOutAmong(workspaceId, messages.map(({ peer }) => peer));
  await optedOutMessages.insertSkipped(messages.filter(({ peer }) => optedOut.has(peer)));
  const wanted = messages.filter(({ peer }) => !optedOut.has(peer));
  const outcomes = await outbox.insertMany(wanted);
  for (const peer of await optedOutAmong(workspaceId, wanted.map(({ peer }) => peer))) await optedOutMessages.skipQueued(workspaceId, peer);
  return outcomes;
}
