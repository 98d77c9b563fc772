import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CampaignJob } from '../../shared/contracts/jobs.ts';
import type { Campaign, Recipient } from '../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../shared/domain/campaigns/campaigns.ts';
import type { CountShare } from '../../shared/domain/campaigns/count-share.ts';
import type { Clock } from '../../shared/domain/clock.ts';
import type { Page } from '../../shared/domain/page.ts';
import { aCampaign, aNumber, recipients } from '../support/builders/campaign.ts';
import { WORKSPACE } from '../support/builders/outbound-message.ts';

export interface CampaignsHarness {
  readonly campaigns: Campaigns;
  stop(): Promise<void>;
}

const OTHER_WORKSPACE = 'wsp_01J0000000000000000000000B';
const SESSION = 'ses_01J0000000000000000000000S';
const OTHER_SESSION = 'ses_01J0000000000000000000000T';
const NOTHING = { sending: 0, sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0 };
const numbersOf = (rows: readonly Recipient[]) => rows.map(({ to }) => to);

async function everything<T>(page: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const { items, cursor: next } = await page(cursor);
    all.push(...items);
    cursor = next;
  } while (cursor !== undefined);
  return all;
}

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeCampaigns(name: string, start: (clock: Clock) => Promise<CampaignsHarness>): void {
  describe(`${name} keeps the contract of Campaigns`, () => {
    let nowMs = Date.UTC(2026, 5, 1, 12);
    let harness: CampaignsHarness;
    let campaigns: Campaigns;
    beforeAll(async () => {
      harness = await start({ now: () => nowMs });
      campaigns = harness.campaigns;
    });
    afterAll(() => harness.stop());

    async function inserted(change: Partial<Campaign> = {}): Promise<Campaign> {
      const campaign = aCampaign(change);
      await campaigns.insert(campaign);
      return campaign;
    }

    describe('records', () => {
      it('gives back what was inserted, to its workspace alone', async () => {
        const campaign = await inserted({ message: { type: 'text', text: 'Hi {{name|you}}' }, pacing: { profile: 'cautious' } });
        expect(await campaigns.get(WORKSPACE, campaign.id)).toEqual(campaign);
        await expect(campaigns.get(OTHER_WORKSPACE, campaign.id)).rejects.toMatchObject({ code: 'campaign_not_found' });
      });

      it('keeps the first of two with one id', async () => {
        const campaign = await inserted({ name: 'First' });
        await campaigns.insert({ ...campaign, name: 'Second' });
        expect((await campaigns.get(WORKSPACE, campaign.id)).name).toBe('First');
      });

      it('lists a workspace newest first, page by page, by status', async () => {
        const workspaceId = 'wsp_01J0000000000000000000000L';
        const made = [];
        for (let i = 0; i < 5; i++) made.push(await inserted({ workspaceId, status: i % 2 ? 'paused' : 'draft' }));
        const idsOf = async (status?: 'draft') =>
          (await everything((cursor) => campaigns.list(workspaceId, { limit: 2, cursor }, status))).map(({ id }) => id);
        expect(await idsOf()).toEqual(made.map(({ id }) => id).reverse());
        expect(await idsOf('draft')).toEqual([made[4]?.id, made[2]?.id, made[0]?.id]);
      });

      it('refuses the cursor of another list', async () => {
        const workspaceId = 'wsp_01J0000000000000000000000M';
        for (let i = 0; i < 2; i++) await inserted({ workspaceId });
        const { cursor } = await campaigns.list(workspaceId, { limit: 1 });
        const elsewhere = async () => campaigns.list(WORKSPACE, { limit: 1, cursor });
        await expect(elsewhere()).rejects.toMatchObject({ code: 'invalid_cursor' });
      });
    });

    describe('transition', () => {
      it('moves from the named states only, with the fields given', async () => {
        const campaign = await inserted();
        expect(await campaigns.transition(WORKSPACE, campaign.id, ['running'], 'paused')).toBeUndefined();
        const running = await campaigns.transition(WORKSPACE, campaign.id, ['draft', 'scheduled'], 'running', { startedAt: 7, sessionIds: [SESSION] });
        expect(running).toEqual({ ...campaign, status: 'running', statusAt: expect.any(Number), startedAt: 7, sessionIds: [SESSION] });
        expect(await campaigns.get(WORKSPACE, campaign.id)).toEqual(running);
      });

      it('moves nothing of another workspace', async () => {
        const campaign = await inserted();
        expect(await campaigns.transition(OTHER_WORKSPACE, campaign.id, ['draft'], 'running')).toBeUndefined();
      });

      it('lets one of many win', async () => {
        const { id } = await inserted();
        const moves = await Promise.all(Array.from({ length: 5 }, () => campaigns.transition(WORKSPACE, id, ['draft'], 'running')));
        expect(moves.filter(Boolean)).toHaveLength(1);
      });
    });

    describe('the active list', () => {
      const isActive = async ({ id }: Campaign) => (await campaigns.listActive()).some((campaign) => campaign.id === id);

      it('holds what left `draft` until it is retired', async () => {
        const campaign = await inserted();
        expect(await isActive(campaign)).toBe(false);
        await campaigns.transition(WORKSPACE, campaign.id, ['draft'], 'cancelled');
        expect(await isActive(campaign)).toBe(true);
        await campaigns.retire({ ...campaign, status: 'running' });
        expect(await isActive(campaign)).toBe(true);
        await campaigns.retire({ ...campaign, status: 'cancelled' });
        expect(await isActive(campaign)).toBe(false);
      });
    });

    describe('recipients', () => {
      it('takes each number once and counts what is really there', async () => {
        const campaign = await inserted();
        expect(await campaigns.addRecipients(campaign, recipients(60))).toEqual([]);
        const again = [...recipients(3, 58), ...recipients(1, 60)];
        expect(await campaigns.addRecipients(campaign, again)).toEqual([aNumber(58), aNumber(59), aNumber(60)]);
        expect((await campaigns.get(WORKSPACE, campaign.id)).total).toBe(61);
        expect(await campaigns.countRecipients(campaign.id)).toBe(61);
      });

      it('keeps variables', async () => {
        const campaign = await inserted();
        const ann = { to: aNumber(1), variables: { name: 'Ann' }, attempt: 0 };
        await campaigns.addRecipients(campaign, [ann]);
        expect((await campaigns.listRecipients(campaign.id, { limit: 10 })).items).toEqual([ann]);
      });

      it('counts right when many imports run at once', async () => {
        const campaign = await inserted();
        await Promise.all([0, 30, 60, 90].map((from) => campaigns.addRecipients(campaign, recipients(40, from))));
        expect((await campaigns.get(WORKSPACE, campaign.id)).total).toBe(130);
        expect(await campaigns.transition(WORKSPACE, campaign.id, ['draft'], 'running')).toBeDefined();
      });

      it('refuses them once the campaign has started', async () => {
        const campaign = await inserted({ status: 'running' });
        await expect(campaigns.addRecipients(campaign, recipients(1))).rejects.toMatchObject({ code: 'invalid_campaign_state', kind: 'conflict' });
        expect(await campaigns.countRecipients(campaign.id)).toBe(0);
      });

      it('gives each to exactly one slice, page by page', async () => {
        const campaign = await inserted();
        await campaigns.addRecipients(campaign, recipients(70));
        const slices = [['0000', '1234'], ['1234', 'c000'], ['c000', '10000']] as const;
        const found = [];
        for (const [from, to] of slices) found.push(...(await everything((cursor) => campaigns.recipientsIn(campaign.id, from, to, { limit: 9, cursor }))));
        expect(numbersOf(found).sort()).toEqual(numbersOf(recipients(70)));
        expect(found).toEqual(await everything((cursor) => campaigns.listRecipients(campaign.id, { limit: 30, cursor })));
      });
    });

    describe('retryRecipients', () => {
      it('gives the next attempt once and takes it from `failed`', async () => {
        const campaign = await inserted();
        await campaigns.addRecipients(campaign, recipients(60));
        await campaigns.addCounts(campaign.id, SESSION, { failed: 60 });
        const retried = await campaigns.retryRecipients(campaign.id, SESSION, recipients(60));
        expect(retried).toEqual(recipients(60).map((recipient) => ({ ...recipient, attempt: 1 })));
        expect(await campaigns.retryRecipients(campaign.id, SESSION, recipients(60))).toEqual([]);
        expect(await campaigns.counts(campaign.id)).toEqual(NOTHING);
      });

      it('leaves out those that moved on', async () => {
        const campaign = await inserted();
        await campaigns.addRecipients(campaign, recipients(3));
        await campaigns.retryRecipients(campaign.id, SESSION, recipients(1, 1));
        expect(numbersOf(await campaigns.retryRecipients(campaign.id, SESSION, recipients(3)))).toEqual([aNumber(0), aNumber(2)]);
        expect(await campaigns.counts(campaign.id)).toEqual({ ...NOTHING, failed: -3 });
      });
    });

    describe('counts', () => {
      it('are the sum over sessions', async () => {
        const { id } = await inserted();
        expect(await campaigns.counts(id)).toEqual(NOTHING);
        await campaigns.addCounts(id, SESSION, { sending: 3 });
        await campaigns.addCounts(id, OTHER_SESSION, { sending: 1, skipped: 2 });
        await campaigns.addCounts(id, SESSION, { sending: -2, sent: 1, failed: 1 });
        expect(await campaigns.counts(id)).toEqual({ ...NOTHING, sending: 2, sent: 1, failed: 1, skipped: 2 });
      });

      it('take each batch of a session once', async () => {
        const { id } = await inserted();
        for (const counter of [1, 1, 2, 1, 2]) {
          await campaigns.addCounts(id, SESSION, { sent: 1 }, `0000000001-000000000${counter}`);
        }
        await campaigns.addCounts(id, OTHER_SESSION, { sent: 1 }, '0000000001-0000000001');
        expect((await campaigns.counts(id)).sent).toBe(3);
      });
    });

    describe('shares', () => {
      const sequence = (counter: number, token = 1) => `${String(token).padStart(10, '0')}-${String(counter).padStart(10, '0')}`;
      async function shareOf(id: string): Promise<CountShare> {
        const share = (await campaigns.countShares(id)).find(({ sessionId }) => sessionId === SESSION);
        if (!share) throw new Error('no share');
        return share;
      }
      async function counted(...counters: readonly number[]): Promise<string> {
        const { id } = await inserted();
        await campaigns.addCounts(id, SESSION, { sending: 9 });
        for (const counter of counters) await campaigns.addCounts(id, SESSION, { sending: -1, sent: 1 }, sequence(counter));
        return id;
      }

      it('stand by session, and know their first and last batch and each change', async () => {
        const id = await counted(2, 3);
        await campaigns.addCounts(id, OTHER_SESSION, { skipped: 1 });
        const marks = { changedAt: nowMs, recountedChanges: null, isDoubtful: false };
        expect(await campaigns.countShares(id)).toEqual([
          { sessionId: SESSION, counts: { ...NOTHING, sending: 7, sent: 2 }, changes: 3, countedSequence: sequence(3), vouchedSequence: sequence(2), ...marks },
          { sessionId: OTHER_SESSION, counts: { ...NOTHING, skipped: 1 }, changes: 1, countedSequence: null, vouchedSequence: null, ...marks },
        ]);
        expect(await campaigns.countShares((await inserted()).id)).toEqual([]);
      });

      it('note when they changed, a retry included, and nothing if nothing moved', async () => {
        const campaign = await inserted();
        await campaigns.addRecipients(campaign, recipients(1));
        await campaigns.addCounts(campaign.id, SESSION, { failed: 1 });
        const before = await shareOf(campaign.id);
        nowMs += 1_000;
        await campaigns.addCounts(campaign.id, SESSION, { sent: 0 }, sequence(1));
        expect(await shareOf(campaign.id)).toEqual(before);
        await campaigns.retryRecipients(campaign.id, SESSION, recipients(1));
        expect(await shareOf(campaign.id)).toMatchObject({ counts: NOTHING, changes: before.changes + 1, changedAt: nowMs });
      });

      it.each([
        { upToSequence: null, becomes: sequence(2) },
        { upToSequence: sequence(1), becomes: sequence(2) },
        { upToSequence: sequence(7), becomes: sequence(7) },
      ])('are corrected up to $upToSequence', async ({ upToSequence, becomes }) => {
        const id = await counted(1, 2);
        const share = await shareOf(id);
        nowMs += 1_000;
        expect(await campaigns.correctCounts(id, share, { ...NOTHING, read: 9 }, upToSequence)).toBe(true);
        const marks = { countedSequence: becomes, vouchedSequence: becomes, recountedChanges: share.changes };
        expect(await shareOf(id)).toEqual({ ...share, counts: { ...NOTHING, read: 9 }, ...marks });
      });

      it('are left alone by a recount they have moved under', async () => {
        const id = await counted(1);
        const share = await shareOf(id);
        await campaigns.addCounts(id, SESSION, { sending: -1, sent: 1 }, sequence(2));
        const moved = await shareOf(id);
        expect(await campaigns.correctCounts(id, share, NOTHING, sequence(1))).toBe(false);
        expect(await shareOf(id)).toEqual(moved);
      });

      it('do not count a batch that a recount has spoken for, and become doubtful by it until the next', async () => {
        const id = await counted(1);
        await campaigns.correctCounts(id, await shareOf(id), { ...NOTHING, sent: 9 }, sequence(2));
        const before = await shareOf(id);
        nowMs += 1_000;
        await campaigns.addCounts(id, SESSION, { sending: -8, sent: 8 }, sequence(2));
        const doubtful = await shareOf(id);
        expect(doubtful).toEqual({ ...before, changes: before.changes + 1, changedAt: nowMs, isDoubtful: true });
        expect(await campaigns.correctCounts(id, before, NOTHING, null)).toBe(false);
        expect(await campaigns.correctCounts(id, doubtful, { ...NOTHING, sent: 9 }, sequence(2))).toBe(true);
        expect(await shareOf(id)).toMatchObject({ counts: { ...NOTHING, sent: 9 }, recountedChanges: doubtful.changes, isDoubtful: false });
      });

      it('become doubtful by a batch that comes after a newer one', async () => {
        const id = await counted(1, 3);
        const before = await shareOf(id);
        await campaigns.addCounts(id, SESSION, { sending: -1, sent: 1 }, sequence(2));
        expect(await shareOf(id)).toEqual({ ...before, changes: before.changes + 1, isDoubtful: true });
      });

      it('do not become doubtful by the last batch that was counted, when it comes again', async () => {
        const id = await counted(1);
        await campaigns.correctCounts(id, await shareOf(id), NOTHING, null);
        await campaigns.addCounts(id, SESSION, { sent: 1 }, sequence(2));
        const before = await shareOf(id);
        await campaigns.addCounts(id, SESSION, { sent: 1 }, sequence(2));
        expect(await shareOf(id)).toEqual(before);
      });
    });

    describe('jobs', () => {
      const job = (campaignId: string, kind: CampaignJob['kind'], fromHash = '0000'): CampaignJob => ({ v: 1, kind, workspaceId: WORKSPACE, campaignId, fromHash, toHash: '10000' });

      it('are pending until finished, however often they were recorded', async () => {
        const { id } = await inserted();
        const jobs = [job(id, 'fan-out'), job(id, 'fan-out', '8000'), job(id, 'retry')];
        await campaigns.recordJobs(jobs);
        await campaigns.recordJobs(jobs);
        expect(await campaigns.pendingJobs(id)).toEqual(jobs);
        await campaigns.finishJob(jobs[1] as CampaignJob);
        await campaigns.finishJob(jobs[1] as CampaignJob);
        expect(await campaigns.pendingJobs(id)).toEqual([jobs[0], jobs[2]]);
        expect(await campaigns.isPending(jobs[0] as CampaignJob)).toBe(true);
        expect(await campaigns.isPending(jobs[1] as CampaignJob)).toBe(false);
      });

      it('can be asked for by how long they wait', async () => {
        const { id } = await inserted();
        await campaigns.recordJobs([job(id, 'fan-out')]);
        const recordedAt = nowMs;
        nowMs += 30_000;
        await campaigns.recordJobs([job(id, 'cancel'), job(id, 'fan-out')]);
        expect(await campaigns.pendingJobs(id, recordedAt)).toEqual([]);
        expect(await campaigns.pendingJobs(id, recordedAt + 1)).toEqual([job(id, 'fan-out')]);
      });
    });
  });
}
