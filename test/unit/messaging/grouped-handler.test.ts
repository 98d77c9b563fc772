import { describe, expect, it } from '@jest/globals';
import type { Context, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { groupedHandler } from '../../../lambdas/queue/grouped-handler.ts';
import { campaignNotFound } from '../../../shared/domain/errors.ts';

const Job = z.object({ group: z.string(), n: z.int() });
type Job = z.infer<typeof Job>;

const context = { awsRequestId: 'test', functionName: 'test' } as Context;
const records = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, i) => ({ messageId: String(i), body: JSON.stringify(body), attributes: { ApproximateReceiveCount: '1' } }) as unknown as SQSRecord),
});
const failedIds = async (response: Promise<{ batchItemFailures: { itemIdentifier: string }[] }>) =>
  (await response).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted();

describe('groupedHandler', () => {
  it('hands over the jobs of a group together', async () => {
    const applied: (readonly Job[])[] = [];
    const handler = groupedHandler(Job, ({ group }) => group, async (jobs) => void applied.push(jobs));
    expect(await failedIds(handler(records({ group: 'a', n: 1 }, { group: 'b', n: 2 }, { group: 'a', n: 3 }), context))).toEqual([]);
    expect(applied).toEqual([[{ group: 'a', n: 1 }, { group: 'a', n: 3 }], [{ group: 'b', n: 2 }]]);
  });

  it('fails the whole of a group, and no other', async () => {
    const apply = async ([job]: readonly Job[]) => {
      if (job?.group === 'a') throw new Error('broken');
    };
    expect(await failedIds(groupedHandler(Job, ({ group }) => group, apply)(records({ group: 'a', n: 1 }, { group: 'b', n: 2 }, { group: 'a', n: 3 }), context))).toEqual(['0', '2']);
  });

  it('drops a group that trying again would not mend', async () => {
    const handler = groupedHandler(Job, ({ group }) => group, () => Promise.reject(campaignNotFound('cmp_x')));
    expect(await failedIds(handler(records({ group: 'a', n: 1 }), context))).toEqual([]);
  });

  it('fails what it cannot read, and applies the rest', async () => {
    const applied: (readonly Job[])[] = [];
    const handler = groupedHandler(Job, ({ group }) => group, async (jobs) => void applied.push(jobs));
    expect(await failedIds(handler(records({ group: 7 }, { group: 'b', n: 2 }, 'x'), context))).toEqual(['0', '2']);
    expect(applied).toHaveLength(1);
  });
});
