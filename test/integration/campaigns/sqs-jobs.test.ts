import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';

let queues: TestQueues;
let sqs: SQSClient;
beforeAll(async () => {
  queues = await startQueues();
  sqs = queues.client;
});
afterAll(() => queues.stop());

describe('sqsJobs', () => {
  it('puts every job on the queue, many calls or none', async () => {
    const url = await queues.create('jobs');
    const jobs = Array.from({ length: 25 }, (_, n) => ({ n }));
    const enqueue = sqsJobs<{ n: number }>(sqs, url);
    await enqueue(jobs);
    await enqueue([]);
    const received = (await queues.drain(url)).map((body) => JSON.parse(body) as { n: number });
    expect(received.sort((a, b) => a.n - b.n)).toEqual(jobs);
  });

  it('hides a job for its delay', async () => {
    const url = await queues.create('delayed');
    await sqsJobs(sqs, url)([{}], { delaySeconds: 899.5 });
    await sqsJobs(sqs, url)([{}], { delaySeconds: 5_000 });
    expect(await queues.drain(url)).toEqual([]);
  });

  it('rejects when the queue cannot be reached', async () => {
    await expect(sqsJobs(sqs, `${queues.endpoint}/000000000000/nowhere`)([{}])).rejects.toThrow('queue');
  });
});
