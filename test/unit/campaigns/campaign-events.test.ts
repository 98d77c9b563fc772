import { describe, expect, it } from '@jest/globals';
import { makePublishCampaignStats } from '../../../lambdas/queues/campaign-stats/publish-campaign-stats.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { CampaignStatsJob } from '../../../shared/contracts/realtime.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { announcingCampaigns } from '../../../shared/domain/campaigns/announcing-campaigns.ts';
import { takeStep } from '../../../shared/domain/campaigns/campaign-state.ts';
import { makeNoteCounts } from '../../../shared/domain/campaigns/note-counts.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { aCampaign } from '../../support/builders/campaign.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryCampaigns } from '../../support/fakes/memory-campaigns.ts';

const eventIdOf = (atMs: number, ...parts: readonly string[]) => derivedId('evt', atMs, ...parts);

async function world() {
  const clock = new FakeClock();
  const stored = memoryCampaigns(clock);
  const published: PublicEvent[] = [];
  const publishEvents = async (_workspaceId: string, events: readonly PublicEvent[]) => void published.push(...events);
  const announce = makeAnnounceStatus({ campaigns: stored, publishEvents, eventIdOf });
  const campaign = aCampaign({ total: 2 });
  await stored.insert(campaign);
  return { clock, stored, campaigns: announcingCampaigns(stored, announce), published, publishEvents, announce, campaign };
}

describe('campaign.status', () => {
  it('is told at each change of status, with its counts and an id of its own', async () => {
    const { campaigns, campaign, published, clock } = await world();
    for (const step of ['start', 'pause', 'resume', 'cancel'] as const) {
      clock.advance(1_000);
      await takeStep(campaigns, step, campaign);
    }
    expect(published.map(({ data }) => data['status'])).toEqual(['running', 'paused', 'running', 'cancelled']);
    expect(new Set(published.map(({ id }) => id)).size).toBe(4);
    expect(published[0]).toMatchObject({ type: 'campaign.status', workspaceId: WORKSPACE, data: { campaignId: campaign.id, stats: { total: 2, queued: 2 } } });
  });

  it('is not told by a step that was not taken', async () => {
    const { campaigns, campaign, published } = await world();
    await takeStep(campaigns, 'pause', campaign);
    expect(published).toEqual([]);
  });

  it('of a completion is left to who completes it, and told again it is the same event', async () => {
    const { campaigns, campaign, published, announce } = await world();
    await takeStep(campaigns, 'start', campaign);
    const completed = (await takeStep(campaigns, 'complete', campaign))!;
    expect(published).toHaveLength(1);
    await announce(completed);
    await announce(completed);
    expect(published[1]).toEqual(published[2]);
  });
});

describe('campaign.stats', () => {
  it('is asked for once a window however often counts move, and always after the last move', async () => {
    const clock = new FakeClock(10_000_100);
    const jobs: { job: CampaignStatsJob | undefined; dueAt: number }[] = [];
    const noteCounts = makeNoteCounts({
      clock,
      enqueue: async ([job], { delaySeconds = 0 } = {}) => void jobs.push({ job, dueAt: clock.now() + delaySeconds * 1_000 }),
    });
    let lastMove = 0;
    for (let n = 0; n < 50; n++) {
      lastMove = clock.now();
      await noteCounts({ workspaceId: WORKSPACE, id: 'cmp_1' });
      clock.advance(100); // five seconds in all
    }
    await noteCounts({ workspaceId: WORKSPACE, id: 'cmp_2' });
    expect(jobs.map(({ job }) => [job?.campaignId, job?.windowMs])).toEqual([
      ['cmp_1', 10_002_000], ['cmp_1', 10_004_000], ['cmp_1', 10_006_000], ['cmp_2', 10_006_000],
    ]);
    for (const { job, dueAt } of jobs) expect(dueAt).toBeGreaterThanOrEqual(job?.windowMs ?? Infinity);
    expect(jobs[2]?.dueAt).toBeGreaterThan(lastMove);
  });

  it('tells the counts as they are then; two jobs for one window are one event', async () => {
    const { stored, campaign, published, publishEvents } = await world();
    const publishStats = makePublishCampaignStats({ campaigns: stored, publishEvents, eventIdOf });
    await stored.addCounts(campaign.id, 'ses_1', { sent: 1 });
    const job = { v: 1 as const, workspaceId: WORKSPACE, campaignId: campaign.id, windowMs: 10_000 };
    await publishStats(job);
    await publishStats(job);
    expect(published[0]).toMatchObject({ type: 'campaign.stats', data: { campaignId: campaign.id, stats: { total: 2, sent: 1, queued: 1 } } });
    expect(published[1]).toEqual(published[0]);
  });
});
