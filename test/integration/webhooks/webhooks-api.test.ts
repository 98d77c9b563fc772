import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { Webhook as Verifier } from 'standardwebhooks';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import type { QueueHandler } from '../../../lambdas/queue/queue-handler.ts';
import type { DeliveryView, WebhookView } from '../../../shared/contracts/api/webhooks.ts';
import type { Problem } from '../../../shared/contracts/api/common.ts';
import { callApi, lambdaContext, type ApiCall } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';
import { tableDigest } from '../../support/table-digest.ts';
import { startHookReceiver, stopHookReceivers } from './hook-receiver.ts';

const ULID = '01J0000000000000000000000A';
const URL_OK = 'http://127.0.0.1:9/hook';

let dynamo: TestDynamo;
let queues: TestQueues;
let queueUrl: string;
let handler: HttpHandler;
let deliveriesHandler: QueueHandler;
let workspaceId: string;

const call = (method: string, target: string, more: ApiCall = {}) => callApi(handler, method, target, { workspaceId, ...more });

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
  ({ handler } = await import('../../../lambdas/api/webhooks/webhooks.handler.ts'));
  ({ handler: deliveriesHandler } = await import('../../../lambdas/queues/webhook-deliveries/webhook-deliveries.handler.ts'));
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

async function create(change: object = {}): Promise<WebhookView & { secret: string }> {
  const { status, body } = await call('POST', '/v1/webhooks', { body: { url: URL_OK, events: ['*'], ...change } });
  expect(status).toBe(201);
  return body;
}
/** Hands what is on the queue to the consumer, as the event source does. */
async function consume() {
  const bodies = await queues.drain(queueUrl);
  const Records = bodies.map((body, i) => ({ messageId: String(i), body, attributes: { ApproximateReceiveCount: '1' } }) as unknown as SQSRecord);
  return deliveriesHandler({ Records }, lambdaContext());
}

describe('Webhooks', () => {
  it('are made with a secret that is shown once', async () => {
    const { secret, ...view } = await create({ events: ['message.received', 'message.received'] });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const chosen = { url: URL_OK, events: ['message.received'], ordered: false };
    const fresh = { enabled: true, disabledReason: null, disabledAt: null, previousSecretUntil: null, createdAt: expect.any(String) };
    expect(view).toEqual({ id: expect.stringMatching(/^whk_[0-9A-Z]{26}$/), ...chosen, ...fresh });
    const health = { failingSince: null, heldUntil: null, replaying: false };
    expect((await call('GET', `/v1/webhooks/${view.id}`)).body).toEqual({ ...view, health });
    expect((await call('GET', '/v1/webhooks')).body).toEqual({ data: [view], nextCursor: null });
  });

  it('are made once under one key, and the secret is not repeated', async () => {
    const request = { body: { url: URL_OK, events: ['*'] }, headers: { 'Idempotency-Key': 'one' } };
    const { body } = await call('POST', '/v1/webhooks', request);
    const again = await call('POST', '/v1/webhooks', request);
    expect(again).toMatchObject({ status: 409, body: { code: 'already_done', detail: expect.stringContaining((body as WebhookView).id) } });
    expect((await dynamo.scan('core')).filter((item) => item['workspaceId'] === workspaceId && String(item['pk']).startsWith('W#'))).toHaveLength(1);
  });

  it('change, and go', async () => {
    const { id } = await create();
    expect(await call('PATCH', `/v1/webhooks/${id}`, { body: { enabled: false } })).toMatchObject({ status: 200, body: { enabled: false, disabledReason: null, disabledAt: expect.any(String) } });
    expect(await call('PATCH', `/v1/webhooks/${id}`, { body: { enabled: true, ordered: true, events: ['chat.new'] } })).toMatchObject({ body: { enabled: true, disabledAt: null, ordered: true, events: ['chat.new'] } });
    expect(await call('DELETE', `/v1/webhooks/${id}`)).toMatchObject({ status: 204, body: '' });
    expect(await call('GET', `/v1/webhooks/${id}`)).toMatchObject({ status: 404, body: { code: 'webhook_not_found' } });
  });

  it('of one workspace are nothing to another', async () => {
    const { id } = await create();
    const stranger = { workspaceId: anId('wsp') };
    const calls: [string, string, ApiCall?][] = [
      ['GET', ''], ['DELETE', ''], ['PATCH', '', { body: { enabled: false } }], ['POST', '/test'], ['GET', '/deliveries'], ['POST', `/deliveries/dlv_${ULID}/retry`],
      ['GET', `/deliveries/dlv_${ULID}`], ['POST', '/deliveries/retry'], ['POST', '/rotate-secret'],
    ];
    for (const [method, path, more] of calls) expect(await call(method, `/v1/webhooks/${id}${path}`, { ...more, ...stranger })).toMatchObject({ status: 404 });
    expect((await call('GET', `/v1/webhooks/${id}`)).status).toBe(200);
  });
});

describe('Deliveries', () => {
  it('reach the endpoint signed, are listed, and can be repeated with the same event id', async () => {
    const receiver = await startHookReceiver(() => 200);
    const { id, secret } = await create({ url: receiver.url, events: ['chat.new', '*'] });
    const test = await call('POST', `/v1/webhooks/${id}/test`);
    expect(test).toMatchObject({ status: 202, body: { webhookId: id, status: 'pending', attempts: 0, eventType: 'chat.new' } });
    expect(await consume()).toEqual({ batchItemFailures: [] });

    const [hook] = receiver.received;
    const event = new Verifier(secret).verify(hook?.body ?? '', hook?.headers as Record<string, string>);
    const { eventId, id: deliveryId } = test.body as DeliveryView;
    expect(event).toMatchObject({ id: eventId, type: 'chat.new', workspaceId, data: { test: true } });
    const { data } = (await call('GET', `/v1/webhooks/${id}/deliveries?status=delivered`)).body as { data: DeliveryView[] };
    expect(data).toEqual([expect.objectContaining({ id: deliveryId, status: 'delivered', attempts: 1, responseStatus: 200, error: null, nextAttemptAt: null })]);

    expect(await call('POST', `/v1/webhooks/${id}/deliveries/${deliveryId}/retry`)).toMatchObject({ status: 202, body: { id: deliveryId, status: 'pending' } });
    await consume();
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[1]?.headers['webhook-id']).toBe(eventId);
  });

  it('that are refused for good are on the dead-letter list until they are replayed', async () => {
    let answer = 400;
    const receiver = await startHookReceiver(() => answer);
    const { id } = await create({ url: receiver.url });
    await call('POST', `/v1/webhooks/${id}/test`);
    await consume();
    const dead = async () => ((await call('GET', `/v1/webhooks/${id}/deliveries?status=dead`)).body as { data: DeliveryView[] }).data;
    const [delivery] = await dead();
    expect(delivery).toMatchObject({ status: 'dead', attempts: 1, responseStatus: 400, error: 'answered 400' });
    answer = 200;
    await call('POST', `/v1/webhooks/${id}/deliveries/${delivery?.id}/retry`);
    await consume();
    expect(await dead()).toEqual([]);
  });

  it('are refused for a disabled webhook', async () => {
    const { id } = await create();
    await call('PATCH', `/v1/webhooks/${id}`, { body: { enabled: false } });
    expect(await call('POST', `/v1/webhooks/${id}/test`)).toMatchObject({ status: 409, body: { code: 'webhook_disabled' } });
  });
});

/* Invariant I8: what is malformed is refused with the field named, and leaves nothing in the tables. */
describe('Bad input', () => {
  const hook = (change: object): ApiCall => ({ body: { url: URL_OK, events: ['*'], ...change } });

  it.each<[what: string, method: string, path: string, ApiCall, status: number, field: string | undefined]>([
    ['malformed JSON', 'POST', '', { body: '{' }, 400, undefined],
    ['no url', 'POST', '', hook({ url: undefined }), 422, 'url'],
    ['a url that is none', 'POST', '', hook({ url: 'example' }), 422, 'url'],
    ['another protocol', 'POST', '', hook({ url: 'ftp://example.com/' }), 422, 'url'],
    ['a private address', 'POST', '', hook({ url: 'http://10.0.0.1/' }), 422, 'url'],
    ['the metadata service', 'POST', '', hook({ url: 'http://169.254.169.254/latest' }), 422, 'url'],
    ['a private address as IPv6', 'POST', '', hook({ url: 'http://[::ffff:10.0.0.1]/' }), 422, 'url'],
    ['a user name in the url', 'POST', '', hook({ url: 'http://user@127.0.0.1/' }), 422, 'url'],
    ['no events', 'POST', '', hook({ events: [] }), 422, 'events'],
    ['an unknown event', 'POST', '', hook({ events: ['*', 'nope'] }), 422, 'events.1'],
    ['an unknown field', 'POST', '', hook({ secret: 'mine' }), 422, 'secret'],
    ['a webhook that does not exist', 'GET', `/whk_${ULID}`, {}, 404, undefined],
    ['an id of no known form', 'GET', '/1', {}, 404, 'id'],
    ['a garbled cursor', 'GET', '?cursor=x', {}, 422, 'cursor'],
    ['a delivery status that is none', 'GET', `/whk_${ULID}/deliveries?status=lost`, {}, 422, 'status'],
    ['a delivery id that is none', 'POST', `/whk_${ULID}/deliveries/1/retry`, {}, 404, 'deliveryId'],
    ['an event type that is none', 'GET', `/whk_${ULID}/deliveries?eventType=nope`, {}, 422, 'eventType'],
    ['a time that is none', 'GET', `/whk_${ULID}/deliveries?since=yesterday`, {}, 422, 'since'],
    ['an order that is none', 'POST', '', hook({ ordered: 'yes' }), 422, 'ordered'],
    ['an overlap below nothing', 'POST', `/whk_${ULID}/rotate-secret`, { body: { overlapHours: -1 } }, 422, 'overlapHours'],
    ['an overlap beyond a week', 'POST', `/whk_${ULID}/rotate-secret`, { body: { overlapHours: 169 } }, 422, 'overlapHours'],
    ['a replay of what is pending', 'POST', `/whk_${ULID}/deliveries/retry`, { body: { status: 'pending' } }, 422, 'status'],
    ['a replay of an unknown type', 'POST', `/whk_${ULID}/deliveries/retry`, { body: { eventTypes: ['nope'] } }, 422, 'eventTypes.0'],
    ['a replay since no time', 'POST', `/whk_${ULID}/deliveries/retry`, { body: { since: 'then' } }, 422, 'since'],
  ])('%s', async (_, method, path, request, status, field) => {
    await refusesWithoutTrace(method, `/v1/webhooks${path}`, request, status, field);
  });

  it.each<[what: string, body: object, field: string | undefined]>([
    ['nothing to change', {}, undefined],
    ['an address that is not public', { url: 'http://192.168.0.1/' }, 'url'],
    ['an unknown event', { events: ['nope'] }, 'events.0'],
    ['a flag that is none', { enabled: 'yes' }, 'enabled'],
  ])('a change with %s', async (_, body, field) => {
    const { id } = await create();
    await refusesWithoutTrace('PATCH', `/v1/webhooks/${id}`, { body }, 422, field);
  });

  async function refusesWithoutTrace(method: string, target: string, request: ApiCall, status: number, field: string | undefined): Promise<void> {
    const before = await tableDigest(dynamo);
    const answer = await call(method, target, request);
    expect(answer).toMatchObject({ status, body: { status, code: expect.any(String), detail: expect.any(String) } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    if (field !== undefined) expect((answer.body as Problem).errors?.map(({ path }) => path)).toContain(field);
    expect(await tableDigest(dynamo)).toBe(before);
  }
});
