import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CampaignStatus } from '../../../shared/contracts/api/campaigns.ts';
import { jobsOf } from '../../../shared/domain/campaigns/campaign-slices.ts';
import { canTake, type CampaignStep } from '../../../shared/domain/campaigns/campaign-state.ts';
import { statsOf } from '../../../shared/domain/campaigns/campaign-stats.ts';
import { aCampaign } from '../../support/builders/campaign.ts';

const COUNTS = { sending: 1, sent: 2, delivered: 3, read: 4, failed: 5, skipped: 6 };

describe('stats', () => {
  it.each([
    ['running', { queued: 9, skipped: 6 }],
    ['paused', { queued: 9, skipped: 6 }],
    ['draft', { queued: 9, skipped: 6 }],
    ['cancelled', { queued: 0, skipped: 15 }],
    ['failed', { queued: 0, skipped: 15 }],
  ] as const)('of a %s campaign add up to its total', (status, rest) => {
    const { total, ...parts } = statsOf({ status, total: 30 }, COUNTS);
    expect(parts).toEqual({ ...COUNTS, ...rest });
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
  });
});

describe('jobs', () => {
  it('cover every hash once, in slices of about 250', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), (total) => {
        const jobs = jobsOf(aCampaign(), 'fan-out', total);
        expect(jobs[0]?.fromHash).toBe('0000');
        expect(jobs.at(-1)?.toHash).toBe('10000');
        jobs.slice(1).forEach((job, i) => expect(job.fromHash).toBe(jobs[i]?.toHash));
        expect(jobs).toHaveLength(Math.min(256, Math.ceil(total / 250)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('steps', () => {
  it.each([
    ['start', ['draft', 'scheduled']],
    ['pause', ['running']],
    ['resume', ['paused']],
    ['cancel', ['draft', 'scheduled', 'running', 'paused']],
    ['reopen', ['completed']],
    ['complete', ['running']],
    ['fail', ['scheduled']],
    ['schedule', ['draft']],
  ] as const)('%s fits %j alone', (step: CampaignStep, from) => {
    const fitting = CampaignStatus.options.filter((status) => canTake(step, aCampaign({ status })));
    expect(fitting).toEqual(from);
  });
});
