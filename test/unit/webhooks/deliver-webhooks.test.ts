import { describe, expect, it } from '@jest/globals';
import { deliveryJobsOf } from '../../../shared/domain/webhooks/publish-events.ts';
import { MAX_ATTEMPTS } from '../../../shared/domain/webhooks/retry-policy.ts';
import type { SendOutcome } from '../../../shared/domain/webhooks/webhook-sender.ts';
import type { Delivery, Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aDelivery, anEvent, aWebhook } from '../../support/builders/webhook.ts';
import { answer, memoryPorts, SILENCE, webhookWorld } from '../../support/webhook-world.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const DAY_MS = 24 * 3_600_000;
const OK = answer(200);
const BROKEN = answer(500);

interface Setup {
  readonly webhook?: Partial<Webhook>;
  readonly delivery?: Partial<Delivery>;
  readonly answers?: readonly SendOutcome[];
}

/** One webhook with one delivery that is due, and an endpoint that gives these answers, the last one for ever. */
async function setUp({ webhook: hook = {}, delivery: change = {}, answers = [OK] }: Setup = {}) {
  const sent: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  const world = webhookWorld(
    memoryPorts(),
    async (url, headers, body) => answers[Math.min(sent.push({ url, headers, body }), answers.length) - 1] as SendOutcome,
    NOW,
  );
  const webhook = aWebhook(hook);
  const delivery = aDelivery(webhook, { createdAt: NOW, nextAttemptAt: NOW, ...change });
  await world.webhooks.insert(webhook);
  await world.deliveries.insertMany([delivery]);
  return {
    ...world, webhook, delivery, sent,
    run: () => world.deliver(deliveryJobsOf([delivery])),
    stored: (of = delivery) => world.deliveries.get(of.workspaceId, of.webhookId, of.id),
    hook: () => world.webhooks.get(webhook.workspaceId, webhook.id),
    health: async () => (await world.work.get(webhook.id)).health,
  };
}

describe('a delivery', () => {
  it('is sent signed and recorded with what was answered, and a repeated job sends nothing', async () => {
    const { run, sent, stored, queue, webhook, delivery } = await setUp({ answers: [answer(200, { excerpt: 'thanks' })] });
    await run();
    await run();
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual(delivery.event);
    expect(sent[0]?.headers['webhook-id']).toBe(delivery.event.id);
    expect(await stored()).toMatchObject({ status: 'delivered', attempts: 1, url: webhook.url, responseStatus: 200, responseExcerpt: 'thanks', error: null });
    expect(queue).toEqual([]);
  });

  it('that fails is recorded and queued again with a delay', async () => {
    const { run, stored, queue, delivery } = await setUp({ answers: [BROKEN] });
    await run();
    expect(await stored()).toMatchObject({ status: 'pending', attempts: 1, nextAttemptAt: NOW + 1_000 });
    expect(queue).toEqual([{ job: deliveryJobsOf([delivery])[0], visibleAt: NOW + 1_000 }]);
  });

  it('leaves pauses longer than a queue can hold to the schedule, which finds it', async () => {
    const { run, stored, queue, pass, sent } = await setUp({ answers: [BROKEN, OK], delivery: { attempts: 10 } });
    await run();
    expect(await stored()).toMatchObject({ status: 'pending', nextAttemptAt: NOW + 1_024_000 });
    expect(queue).toEqual([]);
    await pass(1_024_000 - 2_000);
    expect(sent).toHaveLength(1);
    await pass(120_000);
    expect(await stored()).toMatchObject({ status: 'delivered', attempts: 12 });
  });

  it('is not tried before its time', async () => {
    const { run, sent } = await setUp({ delivery: { nextAttemptAt: NOW + 60_000 } });
    await run();
    expect(sent).toEqual([]);
  });

  it('is dead at once when the target refuses it, without harm to the webhook', async () => {
    const { run, stored, hook, health } = await setUp({ answers: [answer(404)] });
    await run();
    expect(await stored()).toMatchObject({ status: 'dead', responseStatus: 404, nextAttemptAt: null });
    expect(await hook()).toMatchObject({ enabled: true });
    expect(await health()).toMatchObject({ failingSince: null });
  });

  it('of a disabled webhook goes to the dead-letter list unsent', async () => {
    const { run, stored, sent } = await setUp({ webhook: { enabled: false } });
    await run();
    expect(sent).toEqual([]);
    expect(await stored()).toMatchObject({ status: 'dead', attempts: 0, error: 'the webhook is disabled' });
  });

  it('of a deleted webhook goes to the dead-letter list unsent', async () => {
    const { run, stored, webhooks, webhook } = await setUp();
    await webhooks.delete(webhook.workspaceId, webhook.id);
    await run();
    expect(await stored()).toMatchObject({ status: 'dead', error: 'the webhook was deleted' });
  });

  it('whose job was lost is found by the schedule (I7)', async () => {
    const { stored, pass } = await setUp();
    await pass(120_000);
    expect(await stored()).toMatchObject({ status: 'delivered' });
  });
});

describe('an endpoint', () => {
  it('that fails for days is disabled, and the workspace’s other webhooks hear of it once', async () => {
    const { publish, pass, webhooks, webhook, hook, stored, deliveries, delivery } = await setUp({ answers: [BROKEN] });
    const other = aWebhook({ events: ['webhook.disabled'], url: 'https://other.example.com/' });
    await webhooks.insert(other);
    await pass(4 * DAY_MS);
    expect(await hook()).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('days'), disabledAt: expect.any(Number) });
    expect(await stored()).toMatchObject({ status: 'dead', attempts: MAX_ATTEMPTS });
    const notices = (await deliveries.list(WORKSPACE, other.id, { limit: 9 })).items;
    expect(notices.map(({ event }) => event)).toEqual([expect.objectContaining({ type: 'webhook.disabled', data: expect.objectContaining({ webhookId: webhook.id }) })]);

    const missed = anEvent({ createdAt: new Date(NOW + 4 * DAY_MS).toISOString() });
    await publish(WORKSPACE, [missed]);
    const dead = (await deliveries.list(WORKSPACE, webhook.id, { limit: 9 }, { status: 'dead' })).items;
    expect(dead.map(({ event }) => event.id)).toEqual([missed.id, delivery.event.id]);
  });

  it('that takes something now and then stays enabled', async () => {
    const { pass, hook, deliveries, webhook } = await setUp({ answers: [...Array.from({ length: 15 }, () => BROKEN), OK, BROKEN] });
    await deliveries.insertMany([aDelivery(webhook, { createdAt: NOW })]);
    await pass(4 * DAY_MS);
    expect(await hook()).toMatchObject({ enabled: true });
  });

  it('that answers 410 is disabled at once, and what waits for it is dead', async () => {
    const { webhook, deliveries, settle, run, hook, stored } = await setUp({ answers: [answer(410)] });
    const waiting = aDelivery(webhook, { nextAttemptAt: NOW + DAY_MS, attempts: 15 });
    await deliveries.insertMany([waiting]);
    await run();
    await settle();
    expect(await hook()).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('410'), disabledAt: NOW });
    expect(await stored(waiting)).toMatchObject({ status: 'dead', error: 'the webhook is disabled' });
  });

  it('is given the pause it asks for by Retry-After, by all its deliveries', async () => {
    const { webhook, run, publish, pass, sent, deliveries } = await setUp({ answers: [answer(429, { retryAfterSeconds: 30 }), OK] });
    await run();
    await publish(WORKSPACE, [anEvent(), anEvent()]);
    await pass(29_999);
    expect(sent).toHaveLength(1);
    await pass(1);
    expect(await deliveries.count(WORKSPACE, webhook.id, { status: 'delivered' })).toBe(3);
  });

  it('that does not answer is held for longer and longer, and tried by one delivery each time', async () => {
    const { webhook, publish, settle, pass, sent, health } = await setUp({ answers: [SILENCE] });
    await publish(webhook.workspaceId, Array.from({ length: 40 }, () => anEvent()));
    await settle();
    const first = sent.length;
    expect(first).toBeLessThanOrEqual(16);
    expect(await health()).toMatchObject({ heldUntil: NOW + 10_000, holds: 1 });
    await pass(10_001);
    expect(sent).toHaveLength(first + 1);
    await pass(19_000);
    expect(sent).toHaveLength(first + 1);
    await pass(2_000);
    expect(sent).toHaveLength(first + 2);
    await pass(3_600_000);
    expect(sent.length).toBeLessThan(first + 12);
  });

  it('that is back takes everything, at its usual pace', async () => {
    const down = Array.from({ length: 20 }, () => SILENCE);
    const { webhook, publish, pass, deliveries, health } = await setUp({ answers: [...down, OK] });
    await publish(webhook.workspaceId, Array.from({ length: 300 }, () => anEvent()));
    await pass(3_600_000);
    expect(await deliveries.count(WORKSPACE, webhook.id, { status: 'delivered' })).toBe(301);
    expect(await health()).toMatchObject({ failures: 0, holds: 0, heldUntil: null });
  });

  it('occupies no more consumers than it has places: further jobs come again', async () => {
    const { work, webhook, run, sent, queue, clock } = await setUp();
    for (let i = 0; i < 4; i++) await work.take(webhook.id, 4, clock.now(), clock.now() + 1_000);
    await run();
    expect(sent).toEqual([]);
    expect(queue).toEqual([expect.objectContaining({ visibleAt: NOW + 1_000 })]);
  });

  it('is looked after by one consumer at a time, so that nothing due is sent twice', async () => {
    const { webhook, deliveries, deliver, settle, sent } = await setUp();
    await deliveries.insertMany(Array.from({ length: 30 }, () => aDelivery(webhook, { createdAt: NOW, nextAttemptAt: NOW })));
    const sweep = { v: 1, workspaceId: WORKSPACE, webhookId: webhook.id, deliveryIds: [] as string[] } as const;
    await Promise.all([deliver([sweep]), deliver([sweep]), deliver([sweep])]);
    await settle();
    expect(sent).toHaveLength(31);
  });

  it('is not listed as having work once everything is done', async () => {
    const { work, run, pass } = await setUp();
    await run();
    expect(await work.listDue(NOW, 9)).toHaveLength(1);
    await pass(180_000);
    expect(await work.listDue(NOW + DAY_MS, 9)).toEqual([]);
  });
});

describe('a bulk replay', () => {
  const REPLAY = { id: 'rpl_1', filter: { status: 'dead' }, startedAt: NOW, cursor: null } as const;

  async function withDead(count: number, answers: readonly SendOutcome[]) {
    const world = await setUp({ answers });
    const dead = Array.from({ length: count }, () => aDelivery(world.webhook, { status: 'dead', nextAttemptAt: null, attempts: 1, lastAttemptAt: NOW - 1 }));
    await world.deliveries.insertMany(dead);
    await world.run();
    world.sent.length = 0;
    await world.work.mark({ workspaceId: WORKSPACE, webhookId: world.webhook.id }, NOW);
    await world.work.beginReplay(world.webhook.id, REPLAY);
    return { ...world, dead, sweep: { v: 1, workspaceId: WORKSPACE, webhookId: world.webhook.id, deliveryIds: [] as string[] } as const };
  }

  it('sends every dead delivery once more, oldest first, slice by slice', async () => {
    const { deliver, settle, sweep, sent, dead, deliveries, webhook, work } = await withDead(350, [OK]);
    await deliver([sweep]);
    await settle();
    expect(sent.map(({ headers }) => String(headers['webhook-id'])).toSorted()).toEqual(dead.map(({ event }) => event.id).toSorted());
    expect(await deliveries.count(WORKSPACE, webhook.id, { status: 'dead' })).toBe(0);
    expect((await work.get(webhook.id)).replay).toBeNull();
  });

  it('goes on by the schedule when the queue loses its job', async () => {
    const { pass, sent, deliveries, webhook } = await withDead(150, [OK]);
    await pass(300_000);
    expect(sent).toHaveLength(150);
    expect(await deliveries.count(WORKSPACE, webhook.id, { status: 'dead' })).toBe(0);
  });

  it('does not try again what it has tried', async () => {
    const { deliver, settle, sweep, sent } = await withDead(250, [OK, answer(404)]);
    await deliver([sweep]);
    await settle();
    expect(sent).toHaveLength(250);
  });
});
