import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import { alignLanes } from '../../../shared/domain/campaigns/campaign-lanes.ts';
import { stillUsable } from '../../../shared/domain/campaigns/campaign-sessions.ts';
import { takeStep } from '../../../shared/domain/campaigns/campaign-state.ts';
import type { Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import type { StartedCampaign } from './campaign-messages.ts';
import { queueMessages, type QueueMessagesDeps } from './queue-messages.ts';
import { recipientPages } from './recipient-pages.ts';

export interface RetrySliceDeps extends QueueMessagesDeps {
  readonly campaigns: Pick<Campaigns, 'get' | 'recipientsIn' | 'retryRecipients' | 'transition'>;
  readonly messages: Pick<Messages, 'getMany'>;
  readonly sessions: Pick<Sessions, 'get'>;
  readonly outbox: Pick<Outbox, 'insertMany' | 'skip' | 'openLane' | 'closeLane'>;
}

/**
 * Gives each recipient whose message failed another attempt, and queues its message. A recipient that got its attempt
 * from a run that died has no message yet and is queued now.
 */
export async function retrySlice(deps: RetrySliceDeps, campaign: StartedCampaign, job: CampaignJob): Promise<void> {
  const usable = await stillUsable(deps.sessions, campaign);
  const able = usable.length > 0 ? { ...campaign, sessionIds: usable } : campaign; // none: they wait where they are, as any message of a lost session
  for await (const recipients of recipientPages(deps.campaigns, job)) {
    const messages = await messagesOf(deps, campaign, recipients);
    const retried = await nextAttempts(deps, campaign, recipients, messages);
    const missing = recipients.filter(({ to }) => !messages.has(to));
    if (!(await queueMessages(deps, able, job, [...retried, ...missing]))) return;
  }
  await reopen(deps, campaign);
}

/** The message of each recipient's present attempt, by number. */
async function messagesOf({ messages }: RetrySliceDeps, campaign: StartedCampaign, recipients: readonly Recipient[]) {
  const { id, workspaceId, startedAt } = campaign;
  const idOf = ({ to, attempt }: Recipient) => campaignMessageIdOf(workspaceId, id, startedAt, to, attempt);
  const found = await messages.getMany(workspaceId, recipients.map(idOf));
  return new Map([...found.values()].map((message): [string, StoredMessage] => [message.peer, message]));
}

async function nextAttempts(
  { campaigns }: RetrySliceDeps,
  { id }: StartedCampaign,
  recipients: readonly Recipient[],
  messages: ReadonlyMap<string, StoredMessage>,
): Promise<readonly Recipient[]> {
  const failed = recipients.filter(({ to }) => messages.get(to)?.status === 'failed');
  const bySession = Map.groupBy(failed, ({ to }) => messages.get(to)?.sessionId ?? '');
  const retried: Recipient[] = [];
  for (const [sessionId, group] of bySession) retried.push(...(await campaigns.retryRecipients(id, sessionId, group)));
  return retried;
}

/** It may have been completed before this job took the failed ones out of its counts. */
async function reopen({ campaigns, outbox }: RetrySliceDeps, campaign: StartedCampaign): Promise<void> {
  const reopened = await takeStep(campaigns, 'reopen', campaign, { completedAt: null });
  if (reopened) await alignLanes(outbox, reopened);
}
