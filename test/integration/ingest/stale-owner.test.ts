import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { QueueHandler } from '../../../lambdas/queue/queue-handler.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import { lambdaContext } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { startServerDouble, type ServerDouble } from '../../support/server-double.ts';
import { startApiWorld, type ApiWorld } from '../messaging/api-world.ts';
import { qr } from './ingest-world.ts';

let world: ApiWorld;
let queue: ServerDouble;
let handler: QueueHandler;

beforeAll(async () => {
  [world, queue] = await Promise.all([startApiWorld(), startServerDouble()]);
  Object.assign(process.env, { AWS_ENDPOINT_URL_SQS: queue.url, WEBHOOK_DELIVERIES_QUEUE_URL: `${queue.url}/deliveries`, SESSION_EVENTS_QUEUE_URL: `${queue.url}/events`, WEBSOCKET_PUSHES_QUEUE_URL: `${queue.url}/pushes`, CAMPAIGN_STATS_QUEUE_URL: `${queue.url}/stats` });
  ({ handler } = await import('../../../lambdas/queues/session-events/session-events.handler.ts'));
});
afterAll(() => Promise.all([world.stop(), queue.stop()]));

it('What a former owner reports late tells nothing of the session any more, and keeps what came in (I1, I3)', async () => {
  const workspaceId = anId('wsp');
  const sessions = dynamoSessions(world.dynamo.doc, world.dynamo.tables.core);
  const { id: sessionId } = await world.connectedSession(workspaceId, { fencingToken: 2 });
  const before = await sessions.get(workspaceId, sessionId);
  const at = '2026-06-01T12:00:00.000Z';
  const stale: SessionEventBatch = {
    v: 1, workspaceId, sessionId, instanceId: anId('ins'), fencingToken: 1, sequence: '0000000001-0000000009',
    events: [
      { type: 'session.status', at, status: 'disconnected', reason: 'error', details: null, phoneNumber: null },
      qr(1),
      { type: 'session.health', at, health: { ...UNKNOWN_HEALTH, state: 'degraded' } },
      {
        type: 'message.received', at, observedAt: at, wireId: '3A01', peer: '+4917012345678', author: null, senderName: 'Ada',
        messageType: 'text', text: 'Hello', replyToWireId: null, media: null,
      },
    ],
  };
  const record = { messageId: 'stale', receiptHandle: 'r', body: JSON.stringify(stale), attributes: { MessageGroupId: sessionId, ApproximateReceiveCount: '1' } } as unknown as SQSRecord;
  expect(await handler({ Records: [record] }, lambdaContext())).toEqual({ batchItemFailures: [] });
  expect(await sessions.get(workspaceId, sessionId)).toEqual(before);
  expect(await sessions.findQr(sessionId)).toBeUndefined();
  expect((await world.chats.list(workspaceId, { limit: 5 })).items).toMatchObject([{ name: 'Ada', unreadCount: 1 }]);
});
