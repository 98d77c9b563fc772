import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { JOBS_A_BATCH, JOBS_AT_ONCE } from '../../../cdk/constructs/queue-functions.ts';
import { makeNoteTaken } from '../../../lambdas/queue/note-taken.ts';
import { queueHandler } from '../../../lambdas/queue/queue-handler.ts';
import { QueuePoller } from '../../../local/event-sources/queue-poller.ts';
import { QueueServer } from '../../../local/queues/queue-server.ts';
import { sqsComeAgain } from '../../../shared/adapters/sqs/sqs-come-again.ts';
import { sqsWorkQueues, type WorkQueueUrls } from '../../../shared/adapters/sqs/sqs-work-queues.ts';
import { JobClass } from '../../../shared/contracts/jobs.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import type { TakenNote } from '../../../shared/domain/queues/taken-notes.ts';
import { lambdaContext } from '../../support/api-event.ts';

const REGION = 'eu-central-1';
const TRIES = '3'; // fewer than in the template: a job is given up within seconds

/** A kind of job that only this test has. */
const TestJob = z.object({ v: z.literal(1), kind: z.literal('test'), n: z.int(), isPoisoned: z.boolean() });
export type TestJob = z.infer<typeof TestJob>;

export type JobWorld = Awaited<ReturnType<typeof startJobWorld>>;

/**
 * The four queues with dead letters, pollers as the local host runs them with the concurrency of the template, and the
 * entry of the consumers with an operation that only notes who came when.
 */
export async function startJobWorld() {
  const server = await QueueServer.start(REGION);
  const client = new SQSClient({ endpoint: server.endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, useQueueUrlAsEndpoint: false });
  const queues: WorkQueueUrls[] = [];
  for (const jobClass of JobClass.options) queues.push(await makeQueue(client, jobClass));

  const done: { readonly jobClass: JobClass; readonly n: number }[] = [];
  const notes = new Map<string, TakenNote>();
  const world = { client, queues, work: sqsWorkQueues(client, queues), done, notes, isRepaired: false, urlOf: (jobClass: JobClass) => urlsOf(queues, jobClass).url, start, stop };
  const pollers = JobClass.options.map((jobClass) => makePoller(jobClass));

  function makePoller(jobClass: JobClass): QueuePoller {
    const { url } = urlsOf(queues, jobClass);
    const apply = async ({ n, isPoisoned }: TestJob) => {
      await new Promise((resolve) => setTimeout(resolve, 1)); // as one that asks a table
      if (isPoisoned && !world.isRepaired) throw new Error('poisoned');
      done.push({ jobClass, n });
    };
    const noteTaken = makeNoteTaken({ note: async (queue, taken) => void notes.set(queue, taken) }, jobClass, systemClock);
    const handler = queueHandler(TestJob, apply, { comeAgain: sqsComeAgain(client, url), noteTaken });
    const mapping = { queueUrl: url, queueArn: arnOf(jobClass), region: REGION, functionName: jobClass, batchSize: JOBS_A_BATCH, concurrency: JOBS_AT_ONCE[jobClass], reportsFailures: true };
    return new QueuePoller(mapping, server, { invoke: (event) => handler(event as never, lambdaContext()) }, { write: () => undefined });
  }

  function start(): void {
    for (const poller of pollers) poller.start();
  }

  async function stop(): Promise<void> {
    await Promise.all(pollers.map((poller) => poller.stop()));
    client.destroy();
    await server.stop();
  }

  return world;
}

const arnOf = (name: string): string => `arn:aws:sqs:${REGION}:000000000000:${name}`;

async function makeQueue(client: SQSClient, name: JobClass): Promise<WorkQueueUrls> {
  const make = async (QueueName: string, Attributes?: Record<string, string>) =>
    (await client.send(new CreateQueueCommand({ QueueName, ...(Attributes && { Attributes }) }))).QueueUrl ?? '';
  const deadUrl = await make(`${name}-dead`);
  const url = await make(name, { VisibilityTimeout: '360', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(`${name}-dead`), maxReceiveCount: TRIES }) });
  return { name, url, deadUrl };
}

function urlsOf(queues: readonly WorkQueueUrls[], jobClass: JobClass): WorkQueueUrls {
  const found = queues.find(({ name }) => name === jobClass);
  if (!found) throw new Error(`No queue ${jobClass}`);
  return found;
}
