import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Deliveries, Delivery } from '../../shared/domain/webhooks/webhooks.ts';
import { WORKSPACE } from '../support/builders/outbound-message.ts';
import { aDelivery, aWebhook } from '../support/builders/webhook.ts';

export interface DeliveriesHarness {
  readonly deliveries: Deliveries;
  stop(): Promise<void>;
}

const OTHER_WORKSPACE = 'wsp_01J0000000000000000000000B';
const DELIVERED = { status: 'delivered', attempts: 1, nextAttemptAt: null, lastAttemptAt: 5, responseStatus: 200, error: null } as const;

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
    const dueIds = async (nowMs: number) => (await deliveries.listDue(nowMs, 100)).map(({ id }) => id);

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
      const first = await deliveries.list(WORKSPACE, webhook.id, { limit: 3 }, 'pending');
      const second = await deliveries.list(WORKSPACE, webhook.id, { limit: 3, cursor: first.cursor }, 'pending');
      expect([...first.items, ...second.items]).toEqual([made[4], made[3], made[2], made[0]]);
      expect((await deliveries.list(WORKSPACE, webhook.id, { limit: 3 }, 'delivered')).items.map(({ id }) => id)).toEqual([made[1]?.id]);
    });

    it('records a result once for each number of attempts', async () => {
      const delivery = await inserted();
      expect(await deliveries.record(delivery, DELIVERED)).toBe(true);
      expect(await deliveries.record(delivery, { ...DELIVERED, status: 'dead' })).toBe(false);
      expect(await stored(delivery)).toEqual({ ...delivery, ...DELIVERED });
    });

    it('has due what is pending and whose time has come, longest due first', async () => {
      const [late, soon, later] = [await inserted({ nextAttemptAt: 2_000 }), await inserted({ nextAttemptAt: 1_000 }), await inserted({ nextAttemptAt: 3_000 })];
      expect(await dueIds(2_000)).toEqual([soon.id, late.id]);
      await deliveries.record(soon, { ...DELIVERED, status: 'pending', nextAttemptAt: 2_500 });
      await deliveries.record(late, DELIVERED);
      expect(await dueIds(3_000)).toEqual([soon.id, later.id]);
      expect(await deliveries.listDue(3_000, 1)).toHaveLength(1);
    });
  });
}
