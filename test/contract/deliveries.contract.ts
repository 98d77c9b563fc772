import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Deliveries, Delivery, DeliveryFilter } from '../../shared/domain/webhooks/webhooks.ts';
import { WORKSPACE } from '../support/builders/outbound-message.ts';
import { aDelivery, anEvent, aWebhook } from '../support/builders/webhook.ts';

export interface DeliveriesHarness {
  readonly deliveries: Deliveries;
  stop(): Promise<void>;
}

const OTHER_WORKSPACE = 'wsp_01J0000000000000000000000B';
const TRIED = { url: 'https://example.com/hook', lastAttemptAt: 5, durationMs: 12, responseStatus: 200, responseExcerpt: 'ok', error: null } as const;
const DELIVERED = { status: 'delivered', attempts: 1, nextAttemptAt: null, ...TRIED } as const;

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeDeliveries(name: string, start: () => Promise<DeliveriesHarness>): void {
  describe(`${name} keeps the contract of Deliveries`, () => {
    let harness: DeliveriesHarness;
    let deliveries: Deliveries;
    beforeAll(async () => {
      harness = await start();
      deliveries = harness.deliveries;
    });
    afterAll(() => harness.stop());

    async function inserted(change: Partial<Delivery> = {}): Promise<Delivery> {
      const delivery = aDelivery(aWebhook(), change);
      await deliveries.insertMany([delivery]);
      return delivery;
    }
    const stored = ({ webhookId, id }: Delivery) => deliveries.get(WORKSPACE, webhookId, id);
    const idsOf = (all: readonly Delivery[]) => all.map(({ id }) => id);

    it('inserts each once and says which were new', async () => {
      const webhook = aWebhook();
      const [first, second] = [aDelivery(webhook), aDelivery(webhook)];
      expect(await deliveries.insertMany([first])).toEqual([first]);
      expect(await deliveries.insertMany([{ ...first, error: 'other' }, second])).toEqual([second]);
      expect(await stored(first)).toEqual(first);
    });

    it('shows nothing to another workspace', async () => {
      const { webhookId, id } = await inserted();
      await expect(deliveries.get(OTHER_WORKSPACE, webhookId, id)).rejects.toMatchObject({ code: 'delivery_not_found' });
      expect((await deliveries.list(OTHER_WORKSPACE, webhookId, { limit: 10 })).items).toEqual([]);
    });

    it('lists newest first, page by page, by status', async () => {
      const webhook = aWebhook();
      const made = Array.from({ length: 5 }, () => aDelivery(webhook));
      await deliveries.insertMany(made);
      await deliveries.record(made[1] as Delivery, DELIVERED);
      const first = await deliveries.list(WORKSPACE, webhook.id, { limit: 3 }, { status: 'pending' });
      const second = await deliveries.list(WORKSPACE, webhook.id, { limit: 3, cursor: first.cursor }, { status: 'pending' });
      expect([...first.items, ...second.items]).toEqual([made[4], made[3], made[2], made[0]]);
      expect(idsOf((await deliveries.list(WORKSPACE, webhook.id, { limit: 3 }, { status: 'delivered' })).items)).toEqual([made[1]?.id]);
    });

    it('records a result once for each number of attempts', async () => {
      const delivery = await inserted();
      expect(await deliveries.record(delivery, DELIVERED)).toBe(true);
      expect(await deliveries.record(delivery, { ...DELIVERED, status: 'dead' })).toBe(false);
      expect(await stored(delivery)).toEqual({ ...delivery, ...DELIVERED });
    });

    it('lists and counts by event type and time, newest or oldest first', async () => {
      const webhook = aWebhook();
      const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 12, minute)).toISOString();
      const made = [0, 1, 2, 3].map((minute) => aDelivery(webhook, { event: anEvent({ type: minute % 2 ? 'chat.new' : 'message.read', createdAt: at(minute) }) }));
      await deliveries.insertMany(made);
      const listed = async (filter: DeliveryFilter, oldestFirst = false) => idsOf((await deliveries.list(WORKSPACE, webhook.id, { limit: 9, oldestFirst }, filter)).items);
      const [a, b, c, d] = idsOf(made);
      expect(await listed({}, true)).toEqual([a, b, c, d]);
      expect(await listed({ eventTypes: ['chat.new'] })).toEqual([d, b]);
      expect(await listed({ since: Date.parse(at(1)), until: Date.parse(at(2)) })).toEqual([c, b]);
      expect(await deliveries.count(WORKSPACE, webhook.id, { status: 'pending', eventTypes: ['message.read'], since: Date.parse(at(1)) })).toBe(1);
      expect(await deliveries.count(OTHER_WORKSPACE, webhook.id, {})).toBe(0);
    });

    it('gets several of a webhook, and none of another workspace', async () => {
      const webhook = aWebhook();
      const [one, other] = [aDelivery(webhook), aDelivery(webhook)];
      await deliveries.insertMany([one, other]);
      const ids = [one.id, other.id, one.id, aDelivery(webhook).id];
      expect(idsOf(await deliveries.getMany(WORKSPACE, webhook.id, ids)).toSorted()).toEqual(idsOf([one, other]).toSorted());
      expect(await deliveries.getMany(OTHER_WORKSPACE, webhook.id, ids)).toEqual([]);
    });

    it('keeps every attempt in the log, the last one with the delivery', async () => {
      const delivery = await inserted();
      expect(await deliveries.log(delivery)).toEqual([]);
      const failed = { ...TRIED, lastAttemptAt: 3, responseStatus: 500, error: 'answered 500' };
      await deliveries.record(delivery, { status: 'pending', attempts: 1, nextAttemptAt: 4, ...failed });
      await deliveries.record(await stored(delivery), { ...DELIVERED, attempts: 2 });
      expect(await deliveries.log(await stored(delivery))).toEqual([failed, TRIED]);
    });

    it('has due what is pending and whose time has come, longest due first, webhook by webhook', async () => {
      const webhook = aWebhook();
      const [late, soon, later] = [2_000, 1_000, 3_000].map((nextAttemptAt) => aDelivery(webhook, { nextAttemptAt })) as [Delivery, Delivery, Delivery];
      await deliveries.insertMany([late, soon, later]);
      await inserted({ nextAttemptAt: 1_000 });
      const dueIds = async (nowMs: number) => idsOf(await deliveries.listDue(webhook.id, nowMs, 100));
      expect(await dueIds(2_000)).toEqual([soon.id, late.id]);
      expect(await deliveries.nextDueAt(webhook.id)).toBe(1_000);
      await deliveries.record(soon, { ...DELIVERED, status: 'pending', nextAttemptAt: 2_500 });
      await deliveries.record(late, DELIVERED);
      expect(await dueIds(3_000)).toEqual([soon.id, later.id]);
      expect(await deliveries.listDue(webhook.id, 3_000, 1)).toHaveLength(1);
      expect(await deliveries.nextDueAt(webhook.id)).toBe(2_500);
      expect(await deliveries.nextDueAt(aWebhook().id)).toBeNull();
    });

    it('has in a lane what is pending of one chat in ordered mode, by sequence', async () => {
      const webhook = aWebhook({ ordered: true });
      const of = (chatId: string, sequence: number) => aDelivery(webhook, { event: anEvent({ chatId, sequence }) });
      const [second, first, third, other] = [of('cht_a', 2), of('cht_a', 1), of('cht_a', 10), of('cht_b', 1)] as const;
      await deliveries.insertMany([second, first, third, other, aDelivery(webhook)]);
      const lane = async (after?: Delivery) => idsOf(await deliveries.listLane(webhook.id, 'cht_a', 9, after));
      expect(await lane()).toEqual([first.id, second.id, third.id]);
      expect(await lane(first)).toEqual([second.id, third.id]);
      expect(idsOf(await deliveries.listLane(webhook.id, 'cht_a', 1))).toEqual([first.id]);
      await deliveries.record(first, DELIVERED);
      expect(await lane()).toEqual([second.id, third.id]);
      await deliveries.record(await stored(first), { status: 'pending', attempts: 1, nextAttemptAt: 9 });
      expect(await lane()).toEqual([first.id, second.id, third.id]);
    });
  });
}
