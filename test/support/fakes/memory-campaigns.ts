import { createHash } from 'node:crypto';
import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import type { Campaign, CampaignCounts, Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import { laterSequence, NO_COUNTS, type CountShare } from '../../../shared/domain/campaigns/count-share.ts';
import { systemClock, type Clock } from '../../../shared/domain/clock.ts';
import { campaignNotFound, DomainError } from '../../../shared/domain/errors.ts';
import { pageOfRows } from './memory-page.ts';

/** As the table keeps it: the first batch that was counted stands in until a recount has vouched for one. */
interface Share extends CountShare {
  readonly firstSequence: string | null;
}

interface Held {
  campaign: Campaign;
  isActive: boolean;
  readonly recipients: Map<string, Recipient>;
  readonly shares: Map<string, Share>;
  readonly jobs: Map<string, { readonly job: CampaignJob; readonly recordedAt: number }>;
}

const hashOf = (to: string): string => createHash('sha256').update(to).digest('hex').slice(0, 4);
const orderOf = ({ to }: Recipient): string => `${hashOf(to)}#${to}`;
const jobKey = ({ kind, fromHash }: CampaignJob): string => `${kind}#${fromHash}`;

function plus(counts: CampaignCounts, deltas: Partial<CampaignCounts>): CampaignCounts {
  const names = Object.keys(NO_COUNTS) as (keyof CampaignCounts)[];
  return Object.fromEntries(names.map((name) => [name, counts[name] + (deltas[name] ?? 0)])) as unknown as CampaignCounts;
}

const newShare = (sessionId: string): Share => ({
  sessionId,
  counts: NO_COUNTS,
  changes: 0,
  changedAt: 0,
  countedSequence: null,
  vouchedSequence: null,
  recountedChanges: null,
  isDoubtful: false,
  firstSequence: null,
});

/** Campaigns in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryCampaigns(clock: Clock = systemClock): Campaigns {
  const all = new Map<string, Held>();

  function held(campaignId: string): Held {
    const found = all.get(campaignId);
    if (!found) throw campaignNotFound(campaignId);
    return found;
  }
  const shareOf = (campaignId: string, sessionId: string): Share => held(campaignId).shares.get(sessionId) ?? newShare(sessionId);
  function change(campaignId: string, share: Share, fields: Partial<Share>): void {
    const changed = { ...share, ...fields, changes: share.changes + 1, changedAt: clock.now() };
    held(campaignId).shares.set(share.sessionId, changed);
  }
  const ordered = (campaignId: string) => [...held(campaignId).recipients.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));

  return {
    async insert(campaign) {
      if (all.has(campaign.id)) return;
      all.set(campaign.id, { campaign, isActive: false, recipients: new Map(), shares: new Map(), jobs: new Map() });
    },
    async get(workspaceId, campaignId) {
      const { campaign } = held(campaignId);
      if (campaign.workspaceId !== workspaceId) throw campaignNotFound(campaignId);
      return campaign;
    },
    async list(workspaceId, page, status) {
      const rows = [...all.values()].map(({ campaign }) => campaign).filter((campaign) => campaign.workspaceId === workspaceId);
      const wanted = rows.filter((campaign) => status === undefined || campaign.status === status).sort((a, b) => (a.id < b.id ? 1 : -1));
      return pageOfRows(`${workspaceId}/${status}`, wanted, page, ({ id }) => id);
    },
    async transition(workspaceId, campaignId, from, to, fields = {}) {
      const entry = all.get(campaignId);
      if (entry?.campaign.workspaceId !== workspaceId || !from.includes(entry.campaign.status)) return undefined;
      entry.campaign = { ...entry.campaign, ...fields, status: to, statusAt: clock.now() };
      entry.isActive = true;
      return entry.campaign;
    },
    async addRecipients({ id }, recipients) {
      const entry = held(id);
      if (!['draft', 'scheduled'].includes(entry.campaign.status)) {
        throw new DomainError('conflict', 'invalid_campaign_state', `This campaign is ${entry.campaign.status}.`);
      }
      const there: string[] = [];
      for (const recipient of recipients) {
        if (entry.recipients.has(recipient.to)) there.push(recipient.to);
        else entry.recipients.set(recipient.to, recipient);
      }
      entry.campaign = { ...entry.campaign, total: entry.campaign.total + recipients.length - there.length };
      return there;
    },
    async countRecipients(campaignId) {
      return held(campaignId).recipients.size;
    },
    async recipientsIn(campaignId, fromHash, toHash, page) {
      const rows = ordered(campaignId).filter(({ to }) => hashOf(to) >= fromHash && (toHash === '10000' || hashOf(to) < toHash));
      return pageOfRows(`${campaignId}/${fromHash}/${toHash}`, rows, page, ({ to }) => to);
    },
    async listRecipients(campaignId, page) {
      return pageOfRows(`${campaignId}/0000/10000`, ordered(campaignId), page, ({ to }) => to);
    },
    async retryRecipients(campaignId, sessionId, failed) {
      const entry = held(campaignId);
      const retried = failed.filter(({ to, attempt }) => entry.recipients.get(to)?.attempt === attempt);
      const now = retried.map((recipient) => ({ ...recipient, attempt: recipient.attempt + 1 }));
      for (const recipient of now) entry.recipients.set(recipient.to, recipient);
      const share = shareOf(campaignId, sessionId);
      if (now.length > 0) change(campaignId, share, { counts: plus(share.counts, { failed: -now.length }) });
      return now;
    },
    async counts(campaignId) {
      return [...(all.get(campaignId)?.shares.values() ?? [])].reduce((sum, { counts }) => plus(sum, counts), NO_COUNTS);
    },
    async addCounts(campaignId, sessionId, deltas, sequence) {
      if (Object.values(deltas).every((delta) => delta === 0)) return;
      const share = shareOf(campaignId, sessionId);
      if (sequence !== undefined && sequence <= (share.countedSequence ?? '')) {
        const isCountedLast = sequence === share.countedSequence && sequence !== share.vouchedSequence;
        if (!isCountedLast) change(campaignId, share, { isDoubtful: true });
        return;
      }
      const firstSequence = share.firstSequence ?? sequence ?? null;
      const countedSequence = sequence ?? share.countedSequence;
      change(campaignId, share, { counts: plus(share.counts, deltas), firstSequence, countedSequence });
    },
    async countShares(campaignId) {
      const shares = [...(all.get(campaignId)?.shares.values() ?? [])].sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
      return shares.map(({ firstSequence, ...share }) => ({ ...share, vouchedSequence: share.vouchedSequence ?? firstSequence }));
    },
    async correctCounts(campaignId, { sessionId, changes, countedSequence }, counts, upToSequence) {
      const share = shareOf(campaignId, sessionId);
      if (share.changes !== changes) return false;
      const sequence = laterSequence(countedSequence, upToSequence);
      const marks = { countedSequence: sequence, vouchedSequence: sequence, recountedChanges: changes, isDoubtful: false };
      held(campaignId).shares.set(sessionId, { ...share, counts, ...marks });
      return true;
    },
    async recordJobs(jobs) {
      for (const job of jobs) {
        const { jobs: recorded } = held(job.campaignId);
        if (!recorded.has(jobKey(job))) recorded.set(jobKey(job), { job, recordedAt: clock.now() });
      }
    },
    async isPending(job) {
      return held(job.campaignId).jobs.has(jobKey(job));
    },
    async finishJob(job) {
      held(job.campaignId).jobs.delete(jobKey(job));
    },
    async pendingJobs(campaignId, recordedBeforeMs = Infinity) {
      return [...held(campaignId).jobs.values()].filter(({ recordedAt }) => recordedAt < recordedBeforeMs).map(({ job }) => job);
    },
    async listActive() {
      return [...all.values()].filter(({ isActive }) => isActive).map(({ campaign }) => campaign);
    },
    async retire({ id, status }) {
      const entry = held(id);
      if (entry.campaign.status === status) entry.isActive = false;
    },
  };
}
