import { makeRetry } from '../../../lambdas/api/campaigns/control-campaign.ts';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeRunCampaignJob } from '../../../lambdas/queues/jobs/run-campaign-job.ts';
import type { CampaignJob } from '../../../shared/contracts/jobs.ts';
import { makeStartCampaign } from '../../../shared/domain/campaigns/start-campaign.ts';
import { CALM_MS } from '../../../shared/domain/campaigns/count-share.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import { aNumber, recipients } from '../../support/builders/campaign.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { startCampaignWorld, type CampaignWorld } from './campaign-world.ts';

const HOUR_MS = 3_600_000;

describe('a campaign from start to end, on the tables', () => {
  let world: CampaignWorld;
  let ses: string;
  let other: string;
  beforeAll(async () => {
    world = await startCampaignWorld();
    ses = await world.linkedSession();
    other = await world.linkedSession();
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    for (const list of [world.queue, world.woken, world.announced]) list.length = 0;
  });

  async function running(count: number, change: Partial<Campaign> = {}): Promise<string> {
    const { id } = await world.draft(recipients(count), { sessionIds: [ses], ...change });
    await world.startCampaign(WORKSPACE, id);
    await world.drain();
    return id;
  }
  const lanesOf = async (sessionId: string) => (await world.outbox.listLanes(sessionId)).map(({ campaignId }) => campaignId);
  const messagesNow = async () => (await world.dynamo.scan('messages')).filter(({ sk }) => String(sk).startsWith('msg_'));

  describe('fan-out', () => {
    it('queues one rendered message a recipient, however often its jobs come', async () => {
      const before = (await messagesNow()).length;
      const people = [{ to: aNumber(1), variables: { name: 'Ann' }, attempt: 0 }, ...recipients(600, 2)];
      const { id } = await world.draft(people, { sessionIds: [ses], message: { type: 'text', text: 'Hi {{name|you}}' } });
      await world.startCampaign(WORKSPACE, id);
      const jobs = [...world.queue];
      expect(jobs).toHaveLength(3);
      await world.drain();
      world.queue.push(...jobs);
      await world.drain();
      await world.campaigns.recordJobs(jobs); // as if the run had died before it was noted as finished
      for (const job of jobs) await world.runJob(job);

      expect((await messagesNow()).length - before).toBe(601);
      expect(await world.stats(id)).toMatchObject({ total: 601, queued: 601 });
      expect(await world.recount(id)).toEqual({ queued: 601 });
      const [first] = await world.outbox.listDue({ sessionId: ses, campaignId: id }, world.clock.now(), 1);
      expect(first?.priority).toBe('default');
      const texts = (await world.outbox.listDue({ sessionId: ses, campaignId: id }, world.clock.now(), 1_000)).map(({ content }) => ('text' in content ? content.text : ''));
      expect(new Set(texts)).toEqual(new Set(['Hi Ann', 'Hi you']));
      expect(world.woken).toContain(ses);
      await world.cancel(WORKSPACE, id);
    });

    it('spreads recipients over the sessions, and keeps contacts with the one they know', async () => {
      const people = recipients(40, 5_000);
      await world.peers.remember(WORKSPACE, new Map(people.slice(0, 10).map(({ to }) => [to, other])));
      const { id } = await world.draft(people);
      const started = await world.startCampaign(WORKSPACE, id);
      expect([...started.sessionIds].sort()).toEqual([ses, other].sort());
      await world.drain();
      const mine = await world.outbox.listDue({ sessionId: ses, campaignId: id }, world.clock.now(), 100);
      const theirs = await world.outbox.listDue({ sessionId: other, campaignId: id }, world.clock.now(), 100);
      expect([mine.length, theirs.length]).toEqual([20, 20]);
      expect(theirs.map(({ peer }) => peer)).toEqual(expect.arrayContaining(people.slice(0, 10).map(({ to }) => to)));
      expect(await world.peers.lastSessionOf(WORKSPACE, mine[0]?.peer ?? '')).toBe(ses);
      await world.cancel(WORKSPACE, id);
    });
  });

  describe('start', () => {
    it.each([
      ['no recipients', 0, [], 'no_recipients'],
      ['a session that is not linked', 1, ['ses_01J0000000000000000000000Z'], 'session_not_linked'],
    ])('is refused with %s', async (_, count, sessionIds, code) => {
      const { id } = await world.draft(recipients(count), { sessionIds });
      await expect(world.startCampaign(WORKSPACE, id)).rejects.toMatchObject({ code });
      expect(world.queue).toEqual([]);
      expect((await world.get(id)).status).toBe('draft');
    });

    it('happens once', async () => {
      const { id } = await world.draft(recipients(1), { sessionIds: [ses] });
      const starts = await Promise.allSettled([1, 2, 3].map(() => world.startCampaign(WORKSPACE, id)));
      expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(world.startCampaign(WORKSPACE, id)).rejects.toMatchObject({ code: 'invalid_campaign_state' });
      await world.cancel(WORKSPACE, id);
    });

    it('is refused while recipients are being added, until that import is given up', async () => {
      const { id } = await world.draft(recipients(3), { sessionIds: [ses] });
      const importing = { ':one': 1, ':until': world.clock.now() + 30_000 };
      await world.dynamo.doc.send(
        new UpdateCommand({
          TableName: world.dynamo.tables.core,
          Key: { pk: `C#${id}`, sk: 'CAMPAIGN' },
          UpdateExpression: 'SET imports = :one, importsUntil = :until',
          ExpressionAttributeValues: importing,
        }),
      );
      await expect(world.startCampaign(WORKSPACE, id)).rejects.toMatchObject({ code: 'recipients_being_added' });
      world.pass(30_001);
      expect(await world.startCampaign(WORKSPACE, id)).toMatchObject({ status: 'running', total: 3 });
      await world.cancel(WORKSPACE, id);
    });

    it('counts the recipients an import left uncounted when it died', async () => {
      const { id, ...campaign } = await world.draft(recipients(5), { sessionIds: [ses] });
      await world.campaigns.transition(WORKSPACE, id, ['draft'], 'scheduled', { total: 2 });
      expect(campaign.total).toBe(0);
      expect(await world.startCampaign(WORKSPACE, id)).toMatchObject({ total: 5 });
      await world.cancel(WORKSPACE, id);
    });

    it('that dies before its jobs are queued is finished by the schedule', async () => {
      const { id } = await world.draft(recipients(10), { sessionIds: [ses] });
      const dying = makeStartCampaign({ ...world, enqueue: () => Promise.reject(new Error('crash')) });
      await expect(dying(WORKSPACE, id)).rejects.toThrow('crash');
      await world.outbox.closeLane({ sessionId: ses, campaignId: id });
      world.pass(6_000);
      await world.followUp(await world.get(id));
      expect(await lanesOf(ses)).toContain(id);
      expect(await world.drain()).toBe(1);
      expect(await world.recount(id)).toEqual({ queued: 10 });
      await world.cancel(WORKSPACE, id);
    });
  });

  describe('pause and resume', () => {
    it('holds back what nobody claimed and then goes on to the end', async () => {
      const id = await running(30);
      expect(await world.send(ses, id, 10)).toBe(10);
      await world.pause(WORKSPACE, id);
      expect(await lanesOf(ses)).not.toContain(id);
      await expect(world.send(ses, id, 10)).rejects.toThrow('campaign-not-running');
      expect(await world.stats(id)).toMatchObject({ total: 30, queued: 20, sent: 10 });
      await expect(world.pause(WORKSPACE, id)).rejects.toMatchObject({ code: 'invalid_campaign_state' });

      await world.resume(WORKSPACE, id);
      expect(await lanesOf(ses)).toContain(id);
      await world.send(ses, id, 20);
      expect(await world.get(id)).toMatchObject({ status: 'completed', completedAt: world.clock.now() });
      expect(await world.stats(id)).toMatchObject({ total: 30, queued: 0, sent: 30 });
    });

    it('lets the fan-out of a paused campaign go on, behind closed lanes', async () => {
      const { id } = await world.draft(recipients(10), { sessionIds: [ses] });
      await world.startCampaign(WORKSPACE, id);
      await world.pause(WORKSPACE, id);
      await world.drain();
      expect(await world.recount(id)).toEqual({ queued: 10 });
      await world.resume(WORKSPACE, id);
      await world.send(ses, id, 10);
      expect((await world.get(id)).status).toBe('completed');
    });
  });

  describe('cancel', () => {
    it('skips what nobody claimed; the parts add up and equal a recount', async () => {
      const id = await running(30);
      await world.send(ses, id, 12);
      await world.cancel(WORKSPACE, id);
      await world.drain();
      expect(await world.stats(id)).toEqual({ total: 30, queued: 0, sending: 0, sent: 12, delivered: 0, read: 0, failed: 0, skipped: 18 });
      expect(await world.recount(id)).toEqual({ sent: 12, skipped: 18 });
      expect(await world.outbox.listDue({ sessionId: ses, campaignId: id }, world.clock.now(), 100)).toEqual([]);
      await expect(world.resume(WORKSPACE, id)).rejects.toMatchObject({ code: 'invalid_campaign_state' });
    });

    it('before the fan-out leaves nothing to send', async () => {
      const { id } = await world.draft(recipients(10), { sessionIds: [ses] });
      await world.startCampaign(WORKSPACE, id);
      await world.cancel(WORKSPACE, id);
      await world.drain();
      expect(await world.recount(id)).toEqual({ missing: 10 });
      expect(await world.stats(id)).toMatchObject({ queued: 0, skipped: 10 });
      expect(await world.campaigns.pendingJobs(id)).toEqual([]);
    });

    it('in the middle of a fan-out skips what that still brings', async () => {
      const { id } = await world.draft(recipients(10), { sessionIds: [ses] });
      await world.startCampaign(WORKSPACE, id);
      const [job] = world.queue.splice(0);
      const outbox = {
        ...world.outbox,
        insertMany: async (...args: Parameters<typeof world.outbox.insertMany>) => {
          await world.cancel(WORKSPACE, id);
          await world.drain();
          return world.outbox.insertMany(...args);
        },
      };
      await makeRunCampaignJob({ ...world.jobDeps, outbox })(job as CampaignJob);
      expect(await world.recount(id)).toEqual({ skipped: 10 });
    });

    it('of a draft needs no session', async () => {
      const { id } = await world.draft(recipients(2));
      await world.cancel(WORKSPACE, id);
      await world.drain();
      expect(await world.stats(id)).toMatchObject({ total: 2, skipped: 2 });
      await expect(world.startCampaign(WORKSPACE, id)).rejects.toMatchObject({ code: 'invalid_campaign_state' });
    });
  });

  describe('retry', () => {
    async function withFailures(): Promise<string> {
      const id = await running(10);
      await world.send(ses, id, 4, 'failed');
      await world.send(ses, id, 6);
      expect((await world.get(id)).status).toBe('completed');
      return id;
    }

    it('queues the failed ones anew, once, and completes again', async () => {
      const id = await withFailures();
      await world.retry(WORKSPACE, id);
      const jobs = [...world.queue];
      await world.drain();
      for (const job of jobs) await world.runJob(job);
      expect(await world.stats(id)).toMatchObject({ total: 10, queued: 4, sent: 6, failed: 0 });
      expect(await world.recount(id)).toEqual({ queued: 4, sent: 6 });
      expect((await world.get(id)).status).toBe('running');
      await world.send(ses, id, 4);
      expect(await world.get(id)).toMatchObject({ status: 'completed' });
      expect(await world.stats(id)).toMatchObject({ sent: 10 });
    });

    it('sends from a session that is left when the one before is gone', async () => {
      const other = await world.linkedSession();
      const { id } = await world.draft(recipients(6), { sessionIds: [ses, other] });
      await world.startCampaign(WORKSPACE, id);
      await world.drain();
      for (const session of [ses, other]) await world.send(session, id, 3, 'failed');
      await world.sessions.intend(WORKSPACE, other, { desired: 'logged_out' });
      await world.retry(WORKSPACE, id);
      await world.drain();
      expect(await world.send(ses, id, 10)).toBe(6);
      expect(await world.get(id)).toMatchObject({ status: 'completed', sessionIds: [ses, other] });
    });

    it('takes another session of the workspace when all of its own are gone, and is refused, with nothing written, when there is none', async () => {
      const gone = await world.linkedSession();
      const { id } = await world.draft(recipients(2), { sessionIds: [gone] });
      await world.startCampaign(WORKSPACE, id);
      await world.drain();
      await world.send(gone, id, 2, 'failed');
      await world.sessions.intend(WORKSPACE, gone, { desired: 'deleted' });
      const nobody = { ...world.control, sessions: { ...world.sessions, list: async () => ({ items: [], cursor: undefined }) } };
      await expect(makeRetry(nobody)(WORKSPACE, id)).rejects.toMatchObject({ code: 'no_connected_session' });
      expect(world.queue).toEqual([]);
      await world.retry(WORKSPACE, id);
      await world.drain();
      expect((await world.get(id)).sessionIds).toContain(ses);
      expect(await world.stats(id)).toMatchObject({ queued: 2, failed: 0 });
      await world.cancel(WORKSPACE, id);
    });

    it('is refused when nothing failed', async () => {
      const id = await running(1);
      await world.send(ses, id, 1);
      await expect(world.retry(WORKSPACE, id)).rejects.toMatchObject({ code: 'nothing_to_retry' });
    });

    it('that died between the attempt and its message is made good by the next run', async () => {
      const id = await withFailures();
      await world.retry(WORKSPACE, id);
      const [job] = world.queue.splice(0);
      const outbox = { ...world.outbox, insertMany: () => Promise.reject(new Error('crash')) };
      await expect(makeRunCampaignJob({ ...world.jobDeps, outbox })(job as CampaignJob)).rejects.toThrow('crash');
      expect(await world.recount(id)).toEqual({ missing: 4, sent: 6 });
      await world.runJob(job as CampaignJob);
      expect(await world.recount(id)).toEqual({ queued: 4, sent: 6 });
      expect(await world.stats(id)).toMatchObject({ queued: 4, failed: 0, sent: 6 });
      await world.cancel(WORKSPACE, id);
    });

    it('opens a campaign that was completed before its job ran', async () => {
      const id = await withFailures();
      await world.retry(WORKSPACE, id);
      await world.campaigns.transition(WORKSPACE, id, ['running'], 'completed');
      await world.drain();
      expect((await world.get(id)).status).toBe('running');
      expect(await lanesOf(ses)).toContain(id);
      await world.cancel(WORKSPACE, id);
    });
  });

  describe('the schedule', () => {
    const scheduled = async (count: number, change: Partial<Campaign> = {}) => {
      const { id } = await world.draft(recipients(count), { startAt: world.clock.now() + HOUR_MS, sessionIds: [ses], ...change });
      await world.campaigns.transition(WORKSPACE, id, ['draft'], 'scheduled');
      return id;
    };
    const isActive = async (id: string) => (await world.campaigns.listActive()).some((campaign) => campaign.id === id);

    it('starts a campaign when its time has come, not before', async () => {
      const id = await scheduled(2);
      await world.followUp(await world.get(id));
      expect((await world.get(id)).status).toBe('scheduled');
      world.pass(HOUR_MS);
      await world.followUp(await world.get(id));
      expect(await world.get(id)).toMatchObject({ status: 'running', startedAt: world.clock.now() });
      await world.cancel(WORKSPACE, id);
    });

    it('gives up a campaign without recipients at once, one without a session after an hour', async () => {
      const empty = await scheduled(0);
      const lonely = await scheduled(1, { sessionIds: ['ses_01J0000000000000000000000Z'] });
      world.pass(HOUR_MS);
      for (const id of [empty, lonely]) await world.followUp(await world.get(id));
      expect(await world.get(empty)).toMatchObject({ status: 'failed', failureReason: expect.stringContaining('recipients') });
      expect((await world.get(lonely)).status).toBe('scheduled');
      world.pass(HOUR_MS + 1);
      await world.followUp(await world.get(lonely));
      expect(await world.get(lonely)).toMatchObject({ status: 'failed', failureReason: expect.stringContaining('Link') });
      expect(await world.stats(lonely)).toMatchObject({ total: 1, skipped: 1, queued: 0 });
    });

    it('closes the lanes of a campaign that has ended, announces and retires it', async () => {
      const id = await running(1);
      await world.send(ses, id, 1);
      await world.followUp(await world.get(id));
      expect(await isActive(id)).toBe(true); // receipts may come yet
      world.pass(CALM_MS);
      await world.followUp(await world.get(id));
      expect(await lanesOf(ses)).not.toContain(id);
      expect(await isActive(id)).toBe(false);
      expect(world.announcedAs('completed')).toEqual([id]);
    });

    it('completes and announces what nobody completed', async () => {
      const id = await running(1);
      await world.outbox.claim({ sessionId: ses, fencingToken: 0, messages: await world.outbox.listDue({ sessionId: ses, campaignId: id }, world.clock.now(), 1) });
      await world.campaigns.addCounts(id, ses, { sending: -1, failed: 1 });
      await world.followUp(await world.get(id));
      expect(world.announcedAs('completed')).toEqual([id]);
      expect((await world.get(id)).status).toBe('completed');
    });

    it('tells a fresh change of status again, since who made it may have died before telling', async () => {
      const { id } = await world.draft(recipients(1), { sessionIds: [ses] });
      await world.startCampaign(WORKSPACE, id);
      await world.followUp(await world.get(id));
      world.pass(120_000);
      await world.followUp(await world.get(id));
      expect(world.announcedAs('running')).toEqual([id]);
      await world.cancel(WORKSPACE, id);
    });

    it('brings back jobs that wait, and leaves young ones alone', async () => {
      const { id } = await world.draft(recipients(3), { sessionIds: [ses] });
      await world.startCampaign(WORKSPACE, id);
      world.queue.length = 0; // lost
      await world.followUp(await world.get(id));
      expect(world.queue).toEqual([]);
      world.pass(6_000);
      await world.followUp(await world.get(id));
      expect(world.queue).toHaveLength(1);
      await world.cancel(WORKSPACE, id);
    });
  });
});
