import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HEALTHY } from '../../shared/domain/webhooks/endpoint-health.ts';
import type { WebhookWork } from '../../shared/domain/webhooks/webhook-work.ts';
import { WORKSPACE } from '../support/builders/outbound-message.ts';
import { anId } from '../support/builders/session.ts';

export interface WebhookWorkHarness {
  readonly work: WebhookWork;
  stop(): Promise<void>;
}

const FAILING = { failures: 3, misses: 3, failingSince: 50, heldUntil: 900, holds: 1 };

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeWebhookWork(name: string, start: () => Promise<WebhookWorkHarness>): void {
  describe(`${name} keeps the contract of WebhookWork`, () => {
    let harness: WebhookWorkHarness;
    let work: WebhookWork;
    let webhookId: string;
    beforeAll(async () => {
      harness = await start();
      work = harness.work;
    });
    afterAll(() => harness.stop());
    beforeEach(() => {
      webhookId = anId('whk');
    });
    const webhook = () => ({ workspaceId: WORKSPACE, webhookId });
    const isDue = async (nowMs: number) => (await work.listDue(nowMs, 1_000)).some((due) => due.webhookId === webhookId);

    it('knows nothing bad of a webhook it never saw', async () => {
      expect(await work.get(webhookId)).toEqual({ health: HEALTHY, replay: null, markedAt: 0 });
    });

    it('gives as many places as there are, and again those that were given back or ran out', async () => {
      const taken = [await work.take(webhookId, 2, 100, 200), await work.take(webhookId, 2, 100, 200)];
      expect(new Set(taken).size).toBe(2);
      expect(await work.take(webhookId, 2, 199, 300)).toBeUndefined();
      await work.release(webhookId, taken[0] ?? '', undefined);
      expect(await work.take(webhookId, 2, 199, 300)).toBeDefined();
      expect(await work.take(webhookId, 2, 200, 300)).toBeDefined();
      expect(await work.take(webhookId, 2, 200, 300)).toBeUndefined();
    });

    it('keeps the first place for those who can take no other', async () => {
      for (let i = 0; i < 3; i++) await work.take(webhookId, 4, 100, 200);
      expect(await work.take(webhookId, 1, 100, 200)).toBeDefined();
      expect(await work.take(webhookId, 4, 100, 200)).toBeUndefined();
    });

    it('gives one place to one of many who ask at once', async () => {
      const taken = await Promise.all(Array.from({ length: 5 }, () => work.take(webhookId, 1, 100, 200)));
      expect(taken.filter((place) => place !== undefined)).toHaveLength(1);
    });

    it('notes health with the place, unless that is another’s by now, and forgets it when told', async () => {
      const ranOut = await work.take(webhookId, 1, 100, 200);
      const place = await work.take(webhookId, 1, 200, 300);
      await work.release(webhookId, ranOut ?? '', FAILING);
      expect((await work.get(webhookId)).health).toEqual(HEALTHY);
      await work.release(webhookId, place ?? '', FAILING);
      expect((await work.get(webhookId)).health).toEqual(FAILING);
      await work.forgetHealth(webhookId);
      expect((await work.get(webhookId)).health).toEqual(HEALTHY);
    });

    it('lists a webhook from the time it was marked until it is settled', async () => {
      await work.mark(webhook(), 100);
      expect([await isDue(99), await isDue(100)]).toEqual([false, true]);
      expect((await work.get(webhookId)).markedAt).toBe(100);
      await work.settle(webhook(), 100, 500);
      expect([await isDue(499), await isDue(500)]).toEqual([false, true]);
      await work.settle(webhook(), 100, null);
      expect(await isDue(9_999)).toBe(false);
    });

    it('does not settle work that was noted meanwhile', async () => {
      await work.mark(webhook(), 100);
      await work.mark(webhook(), 101);
      await work.settle(webhook(), 100, null);
      expect(await isDue(101)).toBe(true);
    });

    it('lists the longest due first', async () => {
      const [first, second] = [anId('whk'), anId('whk')];
      await work.mark({ workspaceId: WORKSPACE, webhookId: second }, 8);
      await work.mark({ workspaceId: WORKSPACE, webhookId: first }, 7);
      expect(await work.listDue(8, 1)).toEqual([{ workspaceId: WORKSPACE, webhookId: first }]);
    });

    it('runs one replay at a time, from slice to slice', async () => {
      const replay = { id: 'rpl_1', filter: { status: 'dead', eventTypes: ['chat.new'] }, startedAt: 5, cursor: null } as const;
      expect(await work.beginReplay(webhookId, replay)).toBe(true);
      expect(await work.beginReplay(webhookId, replay)).toBe(true);
      expect(await work.beginReplay(webhookId, { ...replay, id: 'rpl_2' })).toBe(false);
      await work.moveReplay(webhookId, replay, 'next');
      await work.moveReplay(webhookId, replay, 'again'); // by someone who did the same slice
      expect((await work.get(webhookId)).replay).toEqual({ ...replay, cursor: 'next' });
      await work.moveReplay(webhookId, { ...replay, cursor: 'next' }, null);
      expect((await work.get(webhookId)).replay).toBeNull();
    });
  });
}
