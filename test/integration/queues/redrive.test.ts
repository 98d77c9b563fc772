import { CreateQueueCommand, DeleteMessageBatchCommand, type SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { dynamoTakenNotes } from '../../../shared/adapters/dynamodb/dynamo-taken-notes.ts';
import { sqsWorkQueues } from '../../../shared/adapters/sqs/sqs-work-queues.ts';
import { callApi } from '../../support/api-event.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';

const OPERATOR = { scopes: ['operator'] } as const;

let queues: TestQueues;
let dynamo: TestDynamo;
let handler: HttpHandler;
let low: { name: string; url: string; deadUrl: string };
let events: { name: string; url: string; deadUrl: string };

beforeAll(async () => {
  [queues, dynamo] = await Promise.all([startQueues(), startDynamo()]);
  low = { name: 'jobs-low', url: await queues.create('low'), deadUrl: await queues.create('low-dead') };
  events = { name: 'session-events', url: await fifo('events.fifo'), deadUrl: await fifo('events-dead.fifo') };
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    CORE_TABLE: dynamo.tables.core,
    WORK_QUEUES: [low, events].map(({ name, url, deadUrl }) => `${name} ${url} ${deadUrl}`).join(','),
  });
  ({ handler } = await import('../../../lambdas/api/operations/operations.handler.ts'));
});
afterAll(async () => {
  await Promise.all([queues.stop(), dynamo.stop()]);
});

const fifo = async (QueueName: string): Promise<string> =>
  (await queues.client.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: 'true', VisibilityTimeout: '0' } }))).QueueUrl ?? '';
const kill = async (url: string, body: string, group?: string) =>
  queues.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: body }) }));

describe('GET /v1/operations/queues', () => {
  it('tells depth, dead letters, and how long the job taken last had waited', async () => {
    await kill(low.url, 'waits');
    await kill(low.deadUrl, 'dead');
    await dynamoTakenNotes(dynamo.doc, dynamo.tables.core).note('jobs-low', { at: Date.UTC(2026, 2, 1, 10), waitedMs: 1_500 });
    expect(await callApi(handler, 'GET', '/v1/operations/queues', OPERATOR)).toMatchObject({
      status: 200,
      body: {
        data: [
          { name: 'jobs-low', waiting: 1, delayed: 0, inFlight: 0, dead: 1, waitedSeconds: 1.5, lastTakenAt: '2026-03-01T10:00:00.000Z' },
          { name: 'session-events', waiting: 0, dead: 0, waitedSeconds: null, lastTakenAt: null },
        ],
        nextCursor: null,
      },
    });
    await Promise.all([queues.drain(low.url), queues.drain(low.deadUrl)]);
  });

  it('is for operators', async () => {
    expect(await callApi(handler, 'GET', '/v1/operations/queues')).toMatchObject({ status: 403 });
    expect(await callApi(handler, 'POST', '/v1/operations/queues/jobs-low/redrive')).toMatchObject({ status: 403 });
  });
});

describe('POST /v1/operations/queues/{name}/redrive', () => {
  const redrive = (name: string, body?: unknown) => callApi(handler, 'POST', `/v1/operations/queues/${name}/redrive`, { ...OPERATOR, ...(body !== undefined && { body }) });

  it('moves what is dead back, as it was, and no more than it is asked to', async () => {
    const bodies = Array.from({ length: 25 }, (_, i) => `job ${i}`);
    for (const body of bodies) await kill(low.deadUrl, body);
    expect(await redrive('jobs-low', { most: 12 })).toMatchObject({ status: 200, body: { moved: 12, isEmpty: false } });
    expect(await redrive('jobs-low')).toMatchObject({ status: 200, body: { moved: 13, isEmpty: true } });
    expect((await queues.drain(low.url)).toSorted((a, b) => a.localeCompare(b))).toEqual(bodies.toSorted((a, b) => a.localeCompare(b)));
    expect(await queues.drain(low.deadUrl)).toEqual([]);
  });

  it('keeps the groups of a FIFO queue', async () => {
    for (const [body, group] of [['a1', 'a'], ['b1', 'b'], ['a2', 'a']] as const) await kill(events.deadUrl, body, group);
    expect(await redrive('session-events')).toMatchObject({ body: { moved: 3, isEmpty: true } });
    const moved = await queues.drain(events.url);
    expect(moved.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a2']);
    expect(moved).toHaveLength(3);
  });

  it.each([
    ['a queue there is not', 'jobs-urgent', {}, 404],
    ['a name that is none', '..%2Fx', {}, 404],
    ['too many at once', 'jobs-low', { most: 1_001 }, 422],
    ['a field it does not know', 'jobs-low', { count: 3 }, 422],
  ])('refuses %s', async (_what, name, body, status) => {
    expect((await redrive(name, body)).status).toBe(status);
  });

  it('loses nothing when it is cut off between sending and removing', async () => {
    await kill(events.deadUrl, 'c1', 'c');
    let isCut = true;
    const send = async (command: unknown, ...rest: unknown[]): Promise<unknown> => {
      if (isCut && command instanceof DeleteMessageBatchCommand) throw new Error('cut off');
      return (queues.client.send as (...args: unknown[]) => Promise<unknown>)(command, ...rest);
    };
    const work = sqsWorkQueues({ send } as unknown as SQSClient, [events]);
    await expect(work.redrive('session-events', 10)).rejects.toThrow('cut off');
    isCut = false;
    expect(await work.redrive('session-events', 10)).toEqual({ moved: 1, isEmpty: true });
    expect(await queues.drain(events.url)).toEqual(['c1']); // in a FIFO queue once, for all that
  });
});
