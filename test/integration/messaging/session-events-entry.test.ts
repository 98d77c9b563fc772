import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { QueueHandler } from '../../../lambdas/queue/queue-handler.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { lambdaContext } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { aWebhook } from '../../support/builders/webhook.ts';
import { startServerDouble, type ServerDouble } from '../../support/server-double.ts';
import { startApiWorld, type ApiWorld } from './api-world.ts';

let world: ApiWorld;
let queue: ServerDouble;
let handler: QueueHandler;

beforeAll(async () => {
  [world, queue] = await Promise.all([startApiWorld(), startServerDouble()]);
  Object.assign(process.env, { AWS_ENDPOINT_URL_SQS: queue.url, WEBHOOK_DELIVERIES_QUEUE_URL: `${queue.url}/deliveries`, SESSION_EVENTS_QUEUE_URL: `${queue.url}/events`, WEBSOCKET_PUSHES_QUEUE_URL: `${queue.url}/pushes`, CAMPAIGN_STATS_QUEUE_URL: `${queue.url}/stats` });
  ({ handler } = await import('../../../lambdas/queues/session-events/session-events.handler.ts'));
});
afterAll(() => Promise.all([world.stop(), queue.stop()]));

interface Entry {
  readonly MessageBody: string;
}

const record = (messageId: string, group: string, body: string): SQSRecord =>
  ({ messageId, receiptHandle: `receipt of ${messageId}`, body, attributes: { MessageGroupId: group, ApproximateReceiveCount: '1' } }) as unknown as SQSRecord;

const receivedBatch = (workspaceId: string, sessionId: string): SessionEventBatch => ({
  v: 1, workspaceId, sessionId, instanceId: anId('ins'), fencingToken: 1, sequence: '0000000001-0000000001',
  events: [{
    type: 'message.received', at: '2026-06-01T12:00:00.000Z', observedAt: '2026-06-01T12:00:00.250Z', wireId: '3A01', peer: '+4917012345678', author: null, senderName: 'Ada',
    messageType: 'text', text: 'Hello', replyToWireId: null, media: null,
  }],
});

it('applies what it can read, puts deliveries on their queue, names what it cannot read, and has it come again soon', async () => {
  const workspaceId = anId('wsp');
  const { id: sessionId } = await world.connectedSession(workspaceId);
  const webhook = aWebhook({ workspaceId, events: ['message.received'] });
  await dynamoWebhooks(world.dynamo.doc, world.dynamo.tables.core).insert(webhook);
  const records = [record('good', sessionId, JSON.stringify(receivedBatch(workspaceId, sessionId))), record('bad', 'other', '{"v":1}')];

  expect(await handler({ Records: records }, lambdaContext())).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });

  expect((await world.chats.list(workspaceId, { limit: 5 })).items).toMatchObject([{ name: 'Ada', unreadCount: 1 }]);
  const asked = (action: string) => queue.received.filter(({ headers }) => headers['x-amz-target'] === `AmazonSQS.${action}`).flatMap(({ body }) => (JSON.parse(body) as { Entries: Entry[] }).Entries);
  const jobs = asked('SendMessageBatch');
  expect(jobs.map(({ MessageBody }) => JSON.parse(MessageBody) as unknown)).toEqual([
    { v: 1, workspaceId, webhookId: webhook.id, deliveryIds: [expect.stringMatching(/^dlv_/)] },
  ]);
  expect(asked('ChangeMessageVisibilityBatch')).toEqual([{ Id: '0', ReceiptHandle: 'receipt of bad', VisibilityTimeout: 2 }]);
});
