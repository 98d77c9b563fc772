import { describe, expect, it } from '@jest/globals';
import type { Context, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { fifoHandler, queueHandler } from '../../../lambdas/queue/queue-handler.ts';
import type { ReturnedDelivery } from '../../../shared/domain/job-queue.ts';
import { campaignNotFound, DomainError } from '../../../shared/domain/errors.ts';

const Job = z.object({ name: z.string() });
type Job = z.infer<typeof Job>;

const context = { awsRequestId: 'test', functionName: 'test' } as Context;
const aRecord = (body: string, group: string, i: number): SQSRecord =>
  ({ messageId: `${group}${i}`, receiptHandle: `receipt of ${group}${i}`, body, attributes: { MessageGroupId: group, ApproximateReceiveCount: '1' } }) as unknown as SQSRecord;
const recordsOf = (...named: readonly string[]) => ({
  Records: named.map((name, i) => aRecord(JSON.stringify({ name }), name.charAt(0), i)),
});

/** Applies jobs and notes their order; those whose name ends in `!` fail. */
function worker() {
  const applied: string[] = [];
  const apply = async ({ name }: Job) => {
    await new Promise(setImmediate);
    if (name.endsWith('!')) throw new Error('broken');
    applied.push(name);
  };
  return { applied, apply };
}
const failedIds = ({ batchItemFailures }: { batchItemFailures: { itemIdentifier: string }[] }) =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted();

describe('queueHandler', () => {
  it('names the records that failed, and only those', async () => {
    const { applied, apply } = worker();
    const response = await queueHandler(Job, apply)(recordsOf('a', 'b!', 'c'), context);
    expect([applied, failedIds(response)]).toEqual([['a', 'c'], ['b1']]);
  });

  it('mends half a character, which no table would take, and leaves whole ones alone', async () => {
    const { applied, apply } = worker();
    await queueHandler(Job, apply)(recordsOf('a \ud83d', 'b 👋🏽'), context);
    expect(applied).toEqual(['a \ufffd', 'b 👋🏽']);
  });

  it('answers as usual when all failed', async () => {
    const response = await queueHandler(Job, worker().apply)(recordsOf('a!', 'b!'), context);
    expect(failedIds(response)).toEqual(['a0', 'b1']);
  });

  it.each([
    { kind: 'not found', error: campaignNotFound('cmp_x'), isRetried: false },
    { kind: 'invalid', error: new DomainError('invalid', 'x', 'x'), isRetried: false },
    { kind: 'throttled', error: new DomainError('throttled', 'x', 'x'), isRetried: true },
    { kind: 'unavailable', error: new DomainError('unavailable', 'x', 'x'), isRetried: true },
    { kind: 'a bug', error: new TypeError('x'), isRetried: true },
  ])('retries a job whose refusal is $kind: $isRetried', async ({ error, isRetried }) => {
    const response = await queueHandler(Job, () => Promise.reject(error))(recordsOf('a'), context);
    expect(failedIds(response)).toEqual(isRetried ? ['a0'] : []);
  });

  it.each(['not JSON', '{"name": 7}', 'null'])('fails what it cannot read: %s', async (body) => {
    const response = await queueHandler(Job, worker().apply)({ Records: [aRecord(body, 'a', 0)] }, context);
    expect(failedIds(response)).toEqual(['a0']);
  });
});

describe('queueHandler whose failed jobs come again soon', () => {
  const failAfter = async (tries: number, count = 1) => {
    const returned: ReturnedDelivery[] = [];
    const Records = Array.from({ length: count }, (_, i) => aRecord('{"name":"x!"}', 'x', i));
    for (const { attributes } of Records) attributes.ApproximateReceiveCount = String(tries);
    await queueHandler(Job, worker().apply, { comeAgain: async (some) => void returned.push(...some) })({ Records }, context);
    return returned;
  };

  it.each([
    [1, 1, 2],
    [2, 2, 4],
    [4, 8, 16],
    [12, 30, 60],
  ])('waits longer after each try: after try %i for %i to %i s', async (tries, least, most) => {
    const [returned] = await failAfter(tries);
    expect(returned?.delaySeconds).toBeGreaterThanOrEqual(least);
    expect(returned?.delaySeconds).toBeLessThanOrEqual(most);
  });

  it('spreads what failed together', async () => {
    const returned = await failAfter(12, 10);
    expect(new Set(returned.map(({ delaySeconds }) => delaySeconds)).size).toBeGreaterThan(1);
    expect(new Set(returned.map(({ receipt }) => receipt)).size).toBe(10);
  });

  it('leaves done jobs alone', async () => {
    const returned: ReturnedDelivery[] = [];
    await queueHandler(Job, worker().apply, { comeAgain: async (some) => void returned.push(...some) })(recordsOf('a', 'b!'), context);
    expect(returned.map(({ receipt }) => receipt)).toEqual(['receipt of b1']);
  });
});

describe('fifoHandler', () => {
  const comeAgain = async () => undefined;

  it('keeps the order within a group', async () => {
    const { applied, apply } = worker();
    await fifoHandler(Job, apply, comeAgain)(recordsOf('a1', 'b1', 'a2', 'a3', 'b2'), context);
    expect(applied.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(applied.filter((name) => name.startsWith('b'))).toEqual(['b1', 'b2']);
  });

  it('lets nothing of a group overtake a failure, and other groups go on', async () => {
    const { applied, apply } = worker();
    const response = await fifoHandler(Job, apply, comeAgain)(recordsOf('a1', 'a2!', 'b1', 'a3', 'b2'), context);
    expect(applied.toSorted()).toEqual(['a1', 'b1', 'b2']);
    expect(failedIds(response)).toEqual(['a1', 'a3']);
  });

  it('has a failed group come again soon, all of it at the same time, and later with each try', async () => {
    const pauses: (readonly ReturnedDelivery[])[] = [];
    const handle = fifoHandler(Job, worker().apply, async (deliveries) => void pauses.push(deliveries));
    const tried = (times: string, ...named: readonly string[]) => ({
      Records: recordsOf(...named).Records.map((record, i) => ({ ...record, attributes: { ...record.attributes, ApproximateReceiveCount: i === 0 ? times : '1' } })),
    });
    for (const times of ['1', '2', '3', '15']) await handle(tried(times, 'a!', 'a2'), context);
    await handle(tried('1', 'a'), context);
    expect(pauses.map((deliveries) => deliveries.map(({ delaySeconds }) => delaySeconds))).toEqual([[2, 2], [4, 4], [8, 8], [60, 60]]);
    expect(pauses[0]?.map(({ receipt }) => receipt)).toEqual(['receipt of a0', 'receipt of a1']);
  });

  it('fails as usual when the queue does not take that', async () => {
    const handle = fifoHandler(Job, worker().apply, () => Promise.reject(new Error('no queue')));
    expect(failedIds(await handle(recordsOf('a!'), context))).toEqual(['a0']);
  });
});
