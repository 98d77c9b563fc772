import { makeCancel, makePause, makeResume, makeRetry, type ControlCampaignDeps } from '../../../lambdas/api/campaigns/control-campaign.ts';
import { makeRunCampaignJob, type RunCampaignJobDeps } from '../../../lambdas/queues/jobs/run-campaign-job.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import type { CampaignStats } from '../../../shared/contracts/api/campaigns.ts';
import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { StatusChange } from '../../../shared/domain/outbox/messages.ts';
import { completeIfDone } from '../../../shared/domain/campaigns/complete-if-done.ts';
import { statsOf } from '../../../shared/domain/campaigns/campaign-stats.ts';
import type { Campaign, Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import { makeFollowUpCampaign } from '../../../shared/domain/campaigns/follow-up-campaign.ts';
import { makeRecountCampaign } from '../../../shared/domain/campaigns/recount-campaign.ts';
import { makeStartCampaign } from '../../../shared/domain/campaigns/start-campaign.ts';
import { makeOptedOutAmong } from '../../../shared/domain/contacts/contacts.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import { aCampaign } from '../../support/builders/campaign.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aSession } from '../../support/builders/session.ts';
import { startDynamo } from '../../support/dynamodb.ts';

export type CampaignWorld = Awaited<ReturnType<typeof startCampaignWorld>>;

/** The tables, the operations on campaigns, a queue that is an array, and a fleet that claims and sends when told. */
export async function startCampaignWorld() {
  const dynamo = await startDynamo();
  const { doc, tables } = dynamo;
  let nowMs = Date.UTC(2026, 5, 1, 12);
  const clock = { now: () => nowMs };
  const campaigns = dynamoCampaigns(doc, tables.core, clock);
  const outbox = dynamoOutbox(doc, tables, clock);
  const messages = dynamoMessages(doc, tables.messages);
  const peers = dynamoPeers(doc, tables.messages);
  const sessions = dynamoSessions(doc, tables.core);
  const contacts = dynamoContacts(doc, tables.core);
  const optedOutMessages = dynamoOptedOutMessages(doc, tables, clock);
  const queue: CampaignJob[] = [];
  const woken: string[] = [];
  const announced: Campaign[] = [];
  const enqueue = async (jobs: readonly CampaignJob[]) => void queue.push(...jobs);
  const wake = async (ids: readonly string[]) => void woken.push(...ids);
  const announce = async (campaign: Campaign) => void announced.push(campaign);
  const noteCounts = async () => {};
  const startCampaign = makeStartCampaign({ campaigns, sessions, outbox, enqueue, clock });
  const recountCampaign = makeRecountCampaign({ campaigns, messages, clock, messageIdOf: campaignMessageIdOf });
  const control: ControlCampaignDeps = { campaigns, sessions, outbox, enqueue, startCampaign, wake };
  const jobDeps: RunCampaignJobDeps = { campaigns, sessions, outbox, messages, peers, wake, announce, noteCounts, clock, optedOutAmong: makeOptedOutAmong(contacts), optedOutMessages };
  let batches = 0;

  /** Claims what is due of one session and reports it as the consumer of session events would. */
  async function send(sessionId: string, campaignId: string, limit: number, to: 'sent' | 'failed' = 'sent'): Promise<number> {
    const due = await outbox.listDue({ sessionId, campaignId }, nowMs, limit);
    const outcome = await outbox.claim({ sessionId, fencingToken: 0, messages: due });
    if (outcome.outcome !== 'claimed') throw new Error(outcome.outcome);
    const batch = { sequence: `0000000000-${String(++batches).padStart(10, '0')}`, fencingToken: 0 };
    const change = (messageId: string): StatusChange => ({ messageId, to, at: nowMs, ...(to === 'failed' && { failure: { code: 'x', detail: 'x' } }) });
    const applied = await messages.applyChanges(WORKSPACE, batch, outcome.claimed.map(({ id }) => change(id)));
    await campaigns.addCounts(campaignId, sessionId, { sending: -applied.length, [to]: applied.length }, batch.sequence);
    await completeIfDone(campaigns, WORKSPACE, campaignId, clock);
    return applied.length;
  }

  return {
    dynamo, campaigns, contacts, optedOutMessages, outbox, messages, peers, sessions, queue, woken, announced, noteCounts, clock, jobDeps, control, startCampaign, send,
    pass: (ms: number) => (nowMs += ms),
    announcedAs: (status: Campaign['status']) => announced.filter((campaign) => campaign.status === status).map(({ id }) => id),
    pause: makePause(control),
    resume: makeResume(control),
    cancel: makeCancel(control),
    retry: makeRetry(control),
    followUp: makeFollowUpCampaign({ campaigns, outbox, enqueue, startCampaign, recountCampaign, announce, clock }),
    runJob: makeRunCampaignJob(jobDeps),
    get: (id: string) => campaigns.get(WORKSPACE, id),
    counts: (id: string) => campaigns.counts(id),

    async linkedSession(): Promise<string> {
      const session = await sessions.insert(aSession({ workspaceId: WORKSPACE, status: 'connected', phoneNumber: '+4915200000000' }));
      return session.id;
    },
    async draft(recipients: readonly Recipient[], change: Partial<Campaign> = {}): Promise<Campaign> {
      const campaign = aCampaign(change);
      await campaigns.insert(campaign);
      await campaigns.addRecipients(campaign, recipients);
      return campaign;
    },
    /** Runs what is on the queue, as often as each job is there. */
    async drain(): Promise<number> {
      const jobs = queue.splice(0);
      const run = makeRunCampaignJob(jobDeps);
      for (const job of jobs) await run(job);
      return jobs.length;
    },
    async stats(id: string): Promise<CampaignStats> {
      return statsOf(await campaigns.get(WORKSPACE, id), await campaigns.counts(id));
    },
    /** Status of each recipient's present message, counted from the messages themselves. */
    async recount(id: string): Promise<Record<string, number>> {
      const campaign = await campaigns.get(WORKSPACE, id);
      const { items } = await campaigns.listRecipients(id, { limit: 10_000 });
      const ids = items.map(({ to, attempt }) => campaignMessageIdOf(WORKSPACE, id, campaign.startedAt ?? 0, to, attempt));
      const found = await messages.getMany(WORKSPACE, ids);
      const counts: Record<string, number> = {};
      for (const messageId of ids) {
        const status = found.get(messageId)?.status ?? 'missing';
        counts[status] = (counts[status] ?? 0) + 1;
      }
      return counts;
    },
    stop: () => dynamo.stop(),
  };
}
