import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { Webhook as Verifier } from 'standardwebhooks';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import type { QueueHandler } from '../../../lambdas/queue/queue-handler.ts';
import type { DeliveryDetail, DeliveryView, WebhookDetail, WebhookView } from '../../../shared/contracts/api/webhooks.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { callApi, lambdaContext, type ApiCall } from '../../support/api-event.ts';
import { aDelivery, anEvent } from '../../support/builders/webhook.ts';
import { anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';
import { startHookReceiver, stopHookReceivers } from './hook-receiver.ts';

type Secret = WebhookView & { secret: string };

let dynamo: TestDynamo;
let queues: TestQueues;
let queueUrl: string;
let api: HttpHandler;
let consumer: QueueHandler;
let workspaceId: string;

beforeAll(async () => {
  dynamo = await startDynamo();
  queues = await startQueues();
  queueUrl = await queues.create('webhook-deliveries');
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    CORE_TABLE: dynamo.tables.core,
    WEBHOOK_DELIVERIES_QUEUE_URL: queueUrl, WEBSOCKET_PUSHES_QUEUE_URL: `${queueUrl}-pushes`,
    BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true',
  });
  ({ handler: api } = await import('../../../lambdas/api/webhooks/webhooks.handler.ts'));
  ({ handler: consumer } = await import('../../../lambdas/queues/webhook-deliveries/webhook-deliveries.handler.ts'));
});
afterAll(async () => {
  await queues.stop();
  await dynamo.stop();
});
afterEach(stopHookReceivers);
beforeEach(async () => {
  workspaceId = anId('wsp');
  await queues.drain(queueUrl);
});

const call = (method: string, target: string, more: ApiCall = {}) => callApi(api, method, target, { workspaceId, ...more });

async function create(url: string, change: object = {}): Promise<Secret> {
  const { status, body } = await call('POST', '/v1/webhooks', { body: { url, events: ['*'], ...change } });
  expect(status).toBe(201);
  return body;
}
/** Hands what is visible on the queue to the consumer, until there is nothing more. */
async function consumeAll(): Promise<void> {
  for (let bodies = await queues.drain(queueUrl); bodies.length > 0; bodies = await queues.drain(queueUrl)) {
    const Records = bodies.map((body, i) => ({ messageId: String(i), body, attributes: { ApproximateReceiveCount: '1' } }) as unknown as SQSRecord);
    expect(await consumer({ Records }, lambdaContext())).toEqual({ batchItemFailures: [] });
  }
}

describe('Secrets', () => {
  const rotate = (id: string, body: object = {}, more: ApiCall = {}) => call('POST', `/v1/webhooks/${id}/rotate-secret`, { body, ...more });

  it('are replaced with an overlap in which the library verifies by either', async () => {
    const receiver = await startHookReceiver(() => 200);
    const { id, secret: old } = await create(receiver.url);
    const rotated = await rotate(id, { overlapHours: 2 });
    expect(rotated).toMatchObject({ status: 200, body: { id, secret: expect.stringMatching(/^whsec_/), previousSecretUntil: expect.any(String) } });
    const { secret, previousSecretUntil } = rotated.body as Secret;
    expect(secret).not.toBe(old);
    expect(Math.round((Date.parse(previousSecretUntil ?? '') - Date.now()) / 60_000)).toBe(120);
    expect((await call('GET', `/v1/webhooks/${id}`)).body).not.toHaveProperty('secret');

    await call('POST', `/v1/webhooks/${id}/test`);
    await consumeAll();
    const [hook] = receiver.received;
    for (const key of [old, secret]) expect(new Verifier(key).verify(hook?.body ?? '', hook?.headers as Record<string, string>)).toMatchObject({ data: { test: true } });
    expect(hook?.headers['x-hmac-signature-previous']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('that leaked are replaced at once', async () => {
    const receiver = await startHookReceiver(() => 200);
    const { id, secret: old } = await create(receiver.url);
    await rotate(id);
    const { body } = await rotate(id, { overlapHours: 0 });
    await call('POST', `/v1/webhooks/${id}/test`);
    await consumeAll();
    const [hook] = receiver.received;
    const verify = (key: string) => new Verifier(key).verify(hook?.body ?? '', hook?.headers as Record<string, string>);
    expect(verify((body as Secret).secret)).toBeDefined();
    expect(() => verify(old)).toThrow('signature');
    expect(body).toMatchObject({ previousSecretUntil: null });
  });

  it('are replaced once under one key', async () => {
    const { id } = await create('http://127.0.0.1:9/');
    const headers = { 'Idempotency-Key': 'rotate' };
    const { body } = await rotate(id, {}, { headers });
    expect(await rotate(id, {}, { headers })).toMatchObject({ status: 409, body: { code: 'already_done' } });
    expect((await dynamoWebhooks(dynamo.doc, dynamo.tables.core).get(workspaceId, id)).secret).toBe((body as Secret).secret);
  });
});

describe('The delivery log', () => {
  it('shows the request without signatures and every attempt with its answer', async () => {
    let status = 500;
    const receiver = await startHookReceiver(() => status, { body: 'x'.repeat(3_000), contentType: 'text/plain' });
    const { id } = await create(receiver.url);
    const { body: test } = await call('POST', `/v1/webhooks/${id}/test`);
    const { id: deliveryId, eventId } = test as DeliveryView;
    await consumeAll();
    status = 200;
    await call('POST', `/v1/webhooks/${id}/deliveries/${deliveryId}/retry`);
    await consumeAll();

    const detail = (await call('GET', `/v1/webhooks/${id}/deliveries/${deliveryId}`)).body as DeliveryDetail;
    expect(detail).toMatchObject({ id: deliveryId, status: 'delivered', attempts: 2, nextAttemptAt: null, request: { method: 'POST', url: receiver.url, headers: { 'webhook-id': eventId } } });
    expect(detail.request.body).toBe(receiver.received[0]?.body);
    expect(Object.keys(detail.request.headers).filter((name) => name.includes('signature'))).toEqual([]);
    expect(detail.log).toEqual([
      { at: expect.any(String), durationMs: expect.any(Number), responseStatus: 500, error: 'answered 500', responseExcerpt: 'x'.repeat(1_024) },
      { at: expect.any(String), durationMs: expect.any(Number), responseStatus: 200, error: null, responseExcerpt: 'x'.repeat(1_024) },
    ]);
  });

  it('shows no answer that is not text', async () => {
    const receiver = await startHookReceiver(() => 200, { body: Buffer.from([0, 255, 254, 1]), contentType: 'text/plain' });
    const { id } = await create(receiver.url);
    const { body } = await call('POST', `/v1/webhooks/${id}/test`);
    await consumeAll();
    const detail = await call('GET', `/v1/webhooks/${id}/deliveries/${(body as DeliveryView).id}`);
    expect((detail.body as DeliveryDetail).log).toMatchObject([{ responseStatus: 200, responseExcerpt: null }]);
  });

  it('is listed by status, event type and time', async () => {
    const { id } = await create('http://127.0.0.1:9/');
    const webhook = await dynamoWebhooks(dynamo.doc, dynamo.tables.core).get(workspaceId, id);
    const at = (hour: number) => new Date(Date.UTC(2026, 5, 1, hour)).toISOString();
    const made = [8, 9, 10].map((hour) => aDelivery(webhook, { event: anEvent({ workspaceId, type: hour === 9 ? 'chat.new' : 'message.read', createdAt: at(hour) }) }));
    await dynamoDeliveries(dynamo.doc, dynamo.tables.core).insertMany(made);
    const listed = async (query: string) => ((await call('GET', `/v1/webhooks/${id}/deliveries?${query}`)).body as { data: DeliveryView[] }).data.map((row) => row.id);
    const [first, second, third] = made.map((delivery) => delivery.id);
    expect(await listed('eventType=message.read&status=pending')).toEqual([third, first]);
    expect(await listed(`since=${at(9)}`)).toEqual([third, second]);
    expect(await listed(`since=${at(9)}&until=2026-06-01T11:00:00%2B02:00`)).toEqual([second]);
    expect(await listed('status=dead')).toEqual([]);
  });
});

describe('A bulk replay', () => {
  it('sends dead deliveries once more in the background, slice by slice', async () => {
    const receiver = await startHookReceiver(() => 200);
    const { id } = await create(receiver.url);
    const webhook = await dynamoWebhooks(dynamo.doc, dynamo.tables.core).get(workspaceId, id);
    const dead = Array.from({ length: 700 }, (_, i) =>
      aDelivery(webhook, { event: anEvent({ workspaceId, type: i % 2 ? 'chat.new' : 'message.read' }), status: 'dead', nextAttemptAt: null, attempts: 20, lastAttemptAt: 5 }),
    );
    await dynamoDeliveries(dynamo.doc, dynamo.tables.core).insertMany(dead);

    expect(await call('POST', `/v1/webhooks/${id}/deliveries/retry`, { body: { eventTypes: ['chat.new'] } })).toMatchObject({ status: 202, body: { accepted: 350 } });
    expect(await call('POST', `/v1/webhooks/${id}/deliveries/retry`)).toMatchObject({ status: 409, body: { code: 'replay_in_progress' } });
    expect(((await call('GET', `/v1/webhooks/${id}`)).body as WebhookDetail).health.replaying).toBe(true);
    await consumeAll();

    expect(((await call('GET', `/v1/webhooks/${id}`)).body as WebhookDetail).health.replaying).toBe(false);
    const sent = receiver.received.map(({ headers }) => String(headers['webhook-id']));
    expect(sent.toSorted()).toEqual(dead.filter(({ event }) => event.type === 'chat.new').map(({ event }) => event.id).toSorted());
    expect(await call('POST', `/v1/webhooks/${id}/deliveries/retry`, { body: { eventTypes: ['chat.new'] } })).toMatchObject({ status: 202, body: { accepted: 0 } });
  }, 60_000);

  it('brings an endpoint that is enabled again what it missed', async () => {
    let status = 410;
    const receiver = await startHookReceiver(() => status);
    const { id } = await create(receiver.url);
    await call('POST', `/v1/webhooks/${id}/test`);
    await consumeAll();
    const disabled = (await call('GET', `/v1/webhooks/${id}`)).body;
    expect(disabled).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('410'), disabledAt: expect.any(String) });
    expect(await call('POST', `/v1/webhooks/${id}/deliveries/retry`)).toMatchObject({ status: 409, body: { code: 'webhook_disabled' } });

    status = 200;
    await call('PATCH', `/v1/webhooks/${id}`, { body: { enabled: true } });
    expect(await call('POST', `/v1/webhooks/${id}/deliveries/retry`)).toMatchObject({ status: 202, body: { accepted: 1 } });
    await consumeAll();
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[1]?.headers['webhook-id']).toBe(receiver.received[0]?.headers['webhook-id']);
  });
});
