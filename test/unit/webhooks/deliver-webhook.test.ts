import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { makeDeliverWebhook } from '../../../lambdas/queues/webhook-deliveries/deliver-webhook.ts';
import { signWebhook } from '../../../lambdas/queues/webhook-deliveries/sign-webhook.ts';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { deliveryJobOf } from '../../../shared/domain/webhooks/publish-events.ts';
import { MAX_ATTEMPTS } from '../../../shared/domain/webhooks/retry-policy.ts';
import type { SendOutcome } from '../../../shared/domain/webhooks/webhook-sender.ts';
import type { Delivery, Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import { aDelivery, aWebhook } from '../../support/builders/webhook.ts';
import { memoryDeliveries } from '../../support/fakes/memory-deliveries.ts';
import { memoryWebhooks } from '../../support/fakes/memory-webhooks.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const OK: SendOutcome = { outcome: 'answered', status: 200, retryAfterSeconds: undefined };
const BROKEN: SendOutcome = { outcome: 'answered', status: 500, retryAfterSeconds: undefined };

interface Setup {
  readonly webhook?: Partial<Webhook>;
  readonly delivery?: Partial<Delivery>;
  readonly answers?: readonly SendOutcome[];
}

async function setUp({ webhook: hook = {}, delivery: change = {}, answers = [OK] }: Setup) {
  const [webhooks, deliveries] = [memoryWebhooks(), memoryDeliveries()];
  const webhook = aWebhook(hook);
  const delivery = aDelivery(webhook, { createdAt: NOW, ...change });
  await webhooks.insert(webhook);
  await deliveries.insertMany([delivery]);
  const sent: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  const queued: { job: WebhookDeliveryJob | undefined; delaySeconds: number | undefined }[] = [];
  const deliver = makeDeliverWebhook({
    webhooks,
    deliveries,
    send: async (url, headers, body) => answers[Math.min(sent.push({ url, headers, body }), answers.length) - 1] as SendOutcome,
    enqueue: async ([job], options) => void queued.push({ job, delaySeconds: options?.delaySeconds }),
    clock: { now: () => NOW },
    random: () => 0.5,
  });
  return {
    webhooks, deliveries, webhook, delivery, sent, queued,
    run: () => deliver(deliveryJobOf(delivery)),
    stored: () => deliveries.get(delivery.workspaceId, delivery.webhookId, delivery.id),
    hook: () => webhooks.get(webhook.workspaceId, webhook.id),
  };
}

describe('a delivery', () => {
  it('is sent signed and recorded, and a repeated job sends nothing', async () => {
    const { run, sent, stored, queued, webhook, delivery } = await setUp({});
    await run();
    await run();
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual(delivery.event);
    expect(sent[0]?.headers['webhook-id']).toBe(delivery.event.id);
    expect(sent[0]?.url).toBe(webhook.url);
    expect(await stored()).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(queued).toEqual([]);
  });

  it('that fails is recorded and queued again with a delay', async () => {
    const { run, stored, queued, delivery } = await setUp({ answers: [BROKEN] });
    await run();
    expect(await stored()).toMatchObject({ status: 'pending', attempts: 1, nextAttemptAt: NOW + 1_000 });
    expect(queued).toEqual([{ job: deliveryJobOf(delivery), delaySeconds: 1 }]);
  });

  it('leaves pauses longer than a queue can hold to the schedule', async () => {
    const { run, stored, queued } = await setUp({ answers: [BROKEN], delivery: { attempts: 10 } });
    await run();
    expect(await stored()).toMatchObject({ status: 'pending', nextAttemptAt: NOW + 1_024_000 });
    expect(queued).toEqual([]);
  });

  it('is not tried before its time', async () => {
    const { run, sent } = await setUp({ delivery: { nextAttemptAt: NOW + 60_000 } });
    await run();
    expect(sent).toEqual([]);
  });

  it('is dead at once when the target refuses it, without harm to the webhook', async () => {
    const { run, stored, hook } = await setUp({ answers: [{ outcome: 'answered', status: 404, retryAfterSeconds: undefined }] });
    await run();
    expect(await stored()).toMatchObject({ status: 'dead', responseStatus: 404, nextAttemptAt: null });
    expect(await hook()).toMatchObject({ enabled: true });
  });

  it('answered 410 disables the webhook', async () => {
    const { run, hook } = await setUp({ answers: [{ outcome: 'answered', status: 410, retryAfterSeconds: undefined }] });
    await run();
    expect(await hook()).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('410') });
  });

  it('of a disabled webhook goes to the dead-letter list unsent', async () => {
    const { run, stored, sent } = await setUp({ webhook: { enabled: false } });
    await run();
    expect(sent).toEqual([]);
    expect(await stored()).toMatchObject({ status: 'dead', attempts: 0, error: 'the webhook is disabled' });
  });

  it('of a deleted webhook goes to the dead-letter list unsent', async () => {
    const { run, stored, webhooks, webhook } = await setUp({});
    await webhooks.delete(webhook.workspaceId, webhook.id);
    await run();
    expect(await stored()).toMatchObject({ status: 'dead', error: 'the webhook was deleted' });
  });
});

describe('an endpoint that fails for days', () => {
  const exhausted = { answers: [BROKEN], delivery: { attempts: MAX_ATTEMPTS - 1 } };

  it('is disabled when it took nothing in that time', async () => {
    const { run, stored, hook } = await setUp(exhausted);
    await run();
    expect(await stored()).toMatchObject({ status: 'dead', attempts: MAX_ATTEMPTS });
    expect(await hook()).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('days') });
  });

  it('stays enabled when it took something else', async () => {
    const { run, hook, deliveries, webhook } = await setUp(exhausted);
    const other = aDelivery(webhook);
    await deliveries.insertMany([other]);
    await deliveries.record(other, { status: 'delivered', attempts: 1, nextAttemptAt: null, lastAttemptAt: NOW + 1, responseStatus: 200, error: null });
    await run();
    expect(await hook()).toMatchObject({ enabled: true });
  });
});

describe('the signature', () => {
  const { secret } = aWebhook();
  const body = '{"id":"evt_1"}';
  const headers = signWebhook(secret, 'evt_1', 'https://example.com/hooks?a=b', body, Date.now());

  it('is one Standard Webhooks libraries verify', () => {
    expect(new Verifier(secret).verify(body, headers)).toEqual({ id: 'evt_1' });
    expect(() => new Verifier(secret).verify(`${body} `, headers)).toThrow('signature');
  });

  it('comes as an HMAC over timestamp, method, path and body, too', () => {
    const expected = createHmac('sha256', secret).update(`${headers['x-hmac-timestamp']}POST/hooks?a=b${body}`).digest('hex');
    expect(headers['x-hmac-signature']).toBe(expected);
  });
});
