import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sqsJobClasses } from '../../../shared/adapters/sqs/sqs-job-classes.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { Job } from '../../../shared/contracts/jobs.ts';
import { jobsOf } from '../../../shared/domain/campaigns/campaign-slices.ts';
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

  it('puts each job on the queue of its class', async () => {
    const [critical, high, normal, low] = [await queues.create('c'), await queues.create('h'), await queues.create('d'), await queues.create('l')];
    const urls = { JOBS_CRITICAL_QUEUE_URL: critical, JOBS_HIGH_QUEUE_URL: high, JOBS_DEFAULT_QUEUE_URL: normal, JOBS_LOW_QUEUE_URL: low };
    const campaign = { id: 'cmp_1', workspaceId: 'wsp_1' };
    await sqsJobClasses(sqs, urls)([...jobsOf(campaign, 'fan-out', 600), ...jobsOf(campaign, 'cancel', 600), ...jobsOf(campaign, 'retry', 10), ...jobsOf(campaign, 'fan-out', 10)]);
    const kindsOn = async (url: string) => (await queues.drain(url)).map((body) => Job.parse(JSON.parse(body)).kind);
    expect([await kindsOn(critical), await kindsOn(high), await kindsOn(normal), await kindsOn(low)]).toEqual([
      ['cancel', 'cancel', 'cancel'], ['fan-out'], ['fan-out', 'fan-out', 'fan-out'], ['retry'],
    ]);
  });

  it('rejects when the queue cannot be reached', async () => {
    await expect(sqsJobs(sqs, `${queues.endpoint}/000000000000/nowhere`)([{}])).rejects.toThrow('queue');
  });
});
