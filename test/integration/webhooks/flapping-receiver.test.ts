import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { guardedSender } from '../../../shared/adapters/http/guarded-fetch.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { anId } from '../../support/builders/session.ts';
import { anEvent, aWebhook } from '../../support/builders/webhook.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { webhookWorld } from '../../support/webhook-world.ts';
import { startHookReceiver, stopHookReceivers, type ReceivedHook } from './hook-receiver.ts';

const EVENTS = 60;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/* Invariant I7: every event reaches the endpoint at least once, with the same event id on each try. */
describe('A receiver', () => {
  let dynamo: TestDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterEach(stopHookReceivers);
  afterAll(() => dynamo.stop());

  /** The real tables and the real sender, on a clock of the test's own. */
  function world(loses?: (nth: number) => boolean) {
    const { doc, tables } = dynamo;
    const ports = { webhooks: dynamoWebhooks(doc, tables.core), deliveries: dynamoDeliveries(doc, tables.core), work: dynamoWebhookWork(doc, tables.core) };
    return webhookWorld(ports, guardedSender({ allowLoopback: true }), Date.now(), loses);
  }

  it('that flaps gets every event in the end, though the queue loses some', async () => {
    const workspaceId = anId('wsp');
    const { webhooks, deliveries, publish, settle, pass } = world((nth) => nth % 3 === 0);
    const receiver = await startHookReceiver(flapping());
    const webhook = aWebhook({ workspaceId, url: receiver.url });
    await webhooks.insert(webhook);
    const events = Array.from({ length: EVENTS }, () => anEvent({ workspaceId }));

    for (const event of events) await publish(workspaceId, [event]);
    await publish(workspaceId, events);
    await settle();
    for (let i = 0; i < 60 && (await deliveries.nextDueAt(webhook.id)) !== null; i++) await pass(MINUTE_MS);

    const { items } = await deliveries.list(workspaceId, webhook.id, { limit: 100 });
    expect(items).toHaveLength(EVENTS);
    expect(items.filter(({ status }) => status !== 'delivered')).toEqual([]);
    expect(new Set(receiver.received.map(idOf))).toEqual(new Set(events.map(({ id }) => id)));
    expect(receiver.received.length).toBeGreaterThan(EVENTS);
    for (const hook of receiver.received) expect(isGenuine(webhook.secret, hook)).toBe(true);
  }, 30_000);

  it('that is down for an hour gets every event once it is back, same ids, in order in each chat (I7)', async () => {
    const workspaceId = anId('wsp');
    const { webhooks, publish, settle, pass, clock } = world();
    let isDown = true;
    const receiver = await startHookReceiver(() => (isDown ? (clock.now() % 2 === 0 ? 503 : 'hang up') : 200));
    await webhooks.insert(aWebhook({ workspaceId, url: receiver.url, ordered: true }));
    const events: PublicEvent[] = [];
    for (let minute = 0; minute < 60; minute++) {
      const fresh = ['cht_a', 'cht_b', 'cht_c'].map((chatId) => anEvent({ workspaceId, chatId, sequence: minute + 1 }));
      events.push(...fresh);
      await publish(workspaceId, fresh);
      await settle();
      await pass(MINUTE_MS);
    }
    expect(receiver.received.length).toBeGreaterThan(0);
    const idsDuring = new Set(receiver.received.map(idOf));
    receiver.received.length = 0;
    isDown = false;
    await pass(HOUR_MS);

    const taken = receiver.received.map(({ body }) => JSON.parse(body) as PublicEvent);
    for (const chatId of ['cht_a', 'cht_b', 'cht_c']) {
      expect(taken.filter((event) => event.chatId === chatId).map(({ id }) => id)).toEqual(events.filter((event) => event.chatId === chatId).map(({ id }) => id));
    }
    expect([...idsDuring].filter((id) => !events.some((event) => event.id === id))).toEqual([]);
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

  const idOf = ({ body }: ReceivedHook): string => (JSON.parse(body) as PublicEvent).id;

  /** As a receiver checks it, but for the time: this test's clock runs ahead of the library's. */
  function isGenuine(secret: string, hook: ReceivedHook): boolean {
    const { headers, body } = hook;
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
    return headers['webhook-id'] === idOf(hook) && headers['webhook-signature'] === new Verifier(secret).sign(idOf(hook), at, body);
  }
});
