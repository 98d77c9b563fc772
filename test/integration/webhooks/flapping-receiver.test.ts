import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { makeDeliverWebhook } from '../../../lambdas/queues/webhook-deliveries/deliver-webhook.ts';
import { makeRequeueWork } from '../../../lambdas/schedules/requeue-work/requeue-work.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { guardedSender } from '../../../shared/adapters/http/guarded-fetch.ts';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anEvent, aWebhook } from '../../support/builders/webhook.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startHookReceiver, stopHookReceivers, type ReceivedHook } from './hook-receiver.ts';

const EVENTS = 60;
const MINUTE_MS = 60_000;
const END_OF_TIME = 9_999_999_999_999;

/* Invariant I7: every event reaches the endpoint at least once, with the same event id on each try. */
describe('A receiver that flaps', () => {
  let dynamo: TestDynamo;
  let nowMs = Date.now();
  const clock = { now: () => nowMs };
  const jobs: WebhookDeliveryJob[] = [];
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterEach(stopHookReceivers);
  afterAll(() => dynamo.stop());

  it('gets every event in the end, though the queue loses some and repeats others', async () => {
    const webhooks = dynamoWebhooks(dynamo.doc, dynamo.tables.core);
    const deliveries = dynamoDeliveries(dynamo.doc, dynamo.tables.core);
    const receiver = await startHookReceiver(flapping());
    const webhook = aWebhook({ url: receiver.url });
    await webhooks.insert(webhook);
    let sent = 0;
    /** Loses every fifth job and brings every seventh twice. */
    const enqueue = async (more: readonly WebhookDeliveryJob[]) => {
      for (const job of more) {
        sent += 1;
        if (sent % 5 !== 0) jobs.push(job);
        if (sent % 7 === 0) jobs.push(job);
      }
    };
    const deliver = makeDeliverWebhook({ webhooks, deliveries, enqueue, clock, send: guardedSender({ allowLoopback: true }), random: Math.random });
    const requeue = makeRequeueWork({ campaigns: { listActive: async () => [] }, followUpCampaign: async () => {}, deliveries, enqueueDeliveries: enqueue, imports: { listRunning: async () => [], pendingSlices: async () => [] }, enqueueImports: async () => {}, requeueMetaSends: async () => {}, failOver: async () => {}, clock });
    const publish = makePublishEvents({ webhooks, deliveries, enqueue, deliveryIdOf, clock });
    const events = Array.from({ length: EVENTS }, () => anEvent());

    await publish(WORKSPACE, events);
    await publish(WORKSPACE, events);
    for (let round = 0; round < 200 && (await deliveries.listDue(END_OF_TIME, 1)).length > 0; round++) {
      await Promise.all(jobs.splice(0).map(deliver));
      nowMs += MINUTE_MS;
      await requeue();
    }

    const { items } = await deliveries.list(WORKSPACE, webhook.id, { limit: 100 });
    expect(items).toHaveLength(EVENTS);
    expect(items.every(({ status }) => status === 'delivered')).toBe(true);
    expect(new Set(receiver.received.map(({ body }) => (JSON.parse(body) as { id: string }).id))).toEqual(new Set(events.map(({ id }) => id)));
    expect(receiver.received.length).toBeGreaterThan(EVENTS);
    for (const hook of receiver.received) expect(isGenuine(webhook.secret, hook)).toBe(true);
  }, 30_000);

  /** Takes some events at once and others only when they have come several times, however they overtake each other. */
  function flapping(): (hook: ReceivedHook) => number | 'hang up' {
    const refusals = [[], [500], ['hang up', 503], [], [429, 'hang up', 500, 503]] as const;
    const left = new Map<string, (number | 'hang up')[]>();
    return ({ headers }) => {
      const id = String(headers['webhook-id']);
      const answers = left.get(id) ?? [...(refusals[left.size % refusals.length] ?? [])];
      left.set(id, answers);
      return answers.shift() ?? 200;
    };
  }

  /** As a receiver checks it, but for the time: this test's clock runs ahead of the library's. */
  function isGenuine(secret: string, { headers, body }: ReceivedHook): boolean {
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
    const { id } = JSON.parse(body) as { id: string };
    return headers['webhook-id'] === id && headers['webhook-signature'] === new Verifier(secret).sign(id, at, body);
  }
});
