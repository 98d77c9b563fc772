import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { sessionKey } from '../../../shared/adapters/dynamodb/keys.ts';
import { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { SessionStatus } from '../../../shared/contracts/session-status.ts';
import { lambdaContext } from '../../support/api-event.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { aSession } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';

const HOUR_MS = 3_600_000;
const INSTANCE = 'ins_here';
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

let dynamo: TestDynamo;
let queues: TestQueues;
let queueUrl: string;
let run: () => Promise<void>;
const sessions = () => dynamoSessions(dynamo.doc, dynamo.tables.core);
const outbox = () => dynamoOutbox(dynamo.doc, dynamo.tables);

beforeAll(async () => {
  [dynamo, queues] = await Promise.all([startDynamo(), startQueues()]);
  queueUrl = await queues.create('session-events');
  const registry = dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry);
  const lease = await registry.register({ id: INSTANCE, url: 'http://127.0.0.1:1', zone: 'a', capacity: 50, version: 'v' }, HOUR_MS);
  await registry.renew(lease, { state: 'ready', load: { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 } }, HOUR_MS);
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    CORE_TABLE: dynamo.tables.core,
    MESSAGES_TABLE: dynamo.tables.messages,
    REGISTRY_TABLE: dynamo.tables.registry,
    SESSION_EVENTS_QUEUE_URL: queueUrl,
  });
  const { handler } = (await import('../../../lambdas/schedules/clean-up-sessions/clean-up-sessions.handler.ts')) as {
    handler: (event: object, context: Context) => Promise<void>;
  };
  run = () => handler({}, lambdaContext());
});
afterAll(() => Promise.all([dynamo.stop(), queues.stop()]));

/** A session on the instance that came to its status some time ago. */
async function standing(status: SessionStatus, ageMs: number): Promise<string> {
  const { id } = await sessions().insert(aSession());
  await dynamoAssignments(dynamo.doc, dynamo.tables).assign(id, INSTANCE, 0);
  await sessions().report(id, 1, { at: ago(ageMs + 1), status: 'starting' });
  await sessions().report(id, 1, { at: ago(ageMs), status, reason: status === 'failed' ? 'banned' : null });
  return id;
}

/** A deleted session, whose record may go at `purgeAfter`. */
async function deleted(purgeAfter: string): Promise<string> {
  const { id, workspaceId } = await sessions().insert(aSession());
  await sessions().intend(workspaceId, id, { desired: 'deleted' });
  await dynamo.doc.send(new UpdateCommand({
    TableName: dynamo.tables.core,
    Key: sessionKey(id),
    UpdateExpression: 'SET purgeAfter = :at',
    ExpressionAttributeValues: { ':at': purgeAfter },
  }));
  return id;
}

it('stops what shows a QR to nobody, or ended a day ago, and leaves the rest', async () => {
  const [shown, ended] = [await standing('qr_scanning', HOUR_MS), await standing('failed', 25 * HOUR_MS)];
  const [young, busy, asleep] = [await standing('qr_scanning', 0), await standing('disconnected', 25 * HOUR_MS), await standing('connected', 25 * HOUR_MS)];
  await sessions().report(asleep, 1, { at: ago(24 * HOUR_MS), status: 'hibernating' });
  await run();
  expect(await sessions().find(shown)).toMatchObject({ desired: 'stopped', desiredBecause: { reason: 'qr_expired' } });
  expect(await sessions().find(ended)).toMatchObject({ desired: 'stopped', desiredBecause: { reason: 'banned' } });
  for (const id of [young, busy, asleep]) expect((await sessions().find(id))?.desired).toBe('running');
});

it('removes a deleted session for good when its time has come, with all that hangs on it', async () => {
  const [due, kept] = [await deleted(ago(1)), await deleted(ago(-HOUR_MS))];
  for (const id of [due, kept]) await outbox().openLane({ sessionId: id, campaignId: 'cmp_x' });
  await run();
  await run();
  const left = (await dynamo.scan('core')).map(({ pk }) => pk);
  expect(left).not.toContain(`S#${due}`);
  expect(left).toContain(`S#${kept}`);
});

it('fails what waits for a deleted session, through the events its owner would have sent (I1)', async () => {
  const id = await deleted(ago(-HOUR_MS));
  const message = anOutboundMessage({ workspaceId: aSession().workspaceId, sessionId: id, dueAt: Date.now() + HOUR_MS });
  await outbox().insert(message);
  await run();
  const batches = (await queues.drain(queueUrl)).map((body) => SessionEventBatch.parse(JSON.parse(body))).filter(({ sessionId }) => sessionId === id);
  expect(batches).toMatchObject([
    { fencingToken: 0, sequence: expect.stringMatching(/^0000000000-\d{10}$/), events: [{ type: 'message.failed', messageId: message.id, failure: { code: 'session_deleted' } }] },
  ]);
  expect(await outbox().listDue({ sessionId: id, campaignId: null }, Date.now() + 2 * HOUR_MS, 10)).toEqual([]);
});
