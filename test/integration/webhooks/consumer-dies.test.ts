import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { anId } from '../../support/builders/session.ts';
import { aDelivery, anEvent, aWebhook } from '../../support/builders/webhook.ts';
import { Crash, crashingClient } from '../../support/crashing-client.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { answer, webhookWorld } from '../../support/webhook-world.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const TEN_MINUTES_MS = 600_000;

/* I7, whichever call of the consumer is its last. Its job is lost, too: only the tables and the schedule are left. */
describe('A consumer that dies', () => {
  let dynamo: TestDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());

  const portsOn = (doc: DynamoDBDocumentClient) => {
    const { core } = dynamo.tables;
    return { webhooks: dynamoWebhooks(doc, core), deliveries: dynamoDeliveries(doc, core), work: dynamoWebhookWork(doc, core) };
  };

  /** An endpoint whose first answers are these; what it took, and two consumers: one that dies, one that does not. */
  async function scene(crashAt: number, ordered: boolean) {
    const taken: PublicEvent[] = [];
    const send = async (_url: string, _headers: unknown, body: string) => (taken.push(JSON.parse(body) as PublicEvent), answer(200));
    const webhook = aWebhook({ workspaceId: anId('wsp'), ordered, createdAt: NOW });
    const ports = portsOn(dynamo.doc);
    await ports.webhooks.insert(webhook);
    const dying = webhookWorld(portsOn(crashingClient(dynamo.doc, crashAt)), send, NOW);
    const sound = webhookWorld(ports, send, NOW);
    const job: WebhookDeliveryJob = { v: 1, workspaceId: webhook.workspaceId, webhookId: webhook.id, deliveryIds: [] };
    async function die(jobs: readonly WebhookDeliveryJob[]): Promise<boolean> {
      return dying.deliver(jobs).then(() => false, (error: unknown) => {
        if (error instanceof Crash) return true;
        throw error;
      });
    }
    return { ...sound, webhook, taken, job, die };
  }

  it.each([false, true])('leaves no event behind (ordered: %s)', async (ordered) => {
    for (let crashAt = 1, hasCrashed = true; hasCrashed; crashAt++) {
      const { webhook, deliveries, taken, job, die, pass } = await scene(crashAt, ordered);
      const events = [1, 2, 3].map((sequence) => anEvent({ workspaceId: webhook.workspaceId, chatId: 'cht_a', sequence }));
      const made = events.map((event) => aDelivery(webhook, { event, createdAt: NOW, nextAttemptAt: NOW }));
      await deliveries.insertMany(made);
      hasCrashed = await die([{ ...job, deliveryIds: made.map(({ id }) => id) }]);
      await pass(TEN_MINUTES_MS);
      expect({ crashAt, taken: new Set(taken.map(({ id }) => id)) }).toEqual({ crashAt, taken: new Set(events.map(({ id }) => id)) });
      expect(await deliveries.nextDueAt(webhook.id)).toBeNull();
      if (ordered) expect({ crashAt, order: firstTakes(taken) }).toEqual({ crashAt, order: [1, 2, 3] });
    }
  }, 30_000);

  it('loses nothing of a bulk replay', async () => {
    for (let crashAt = 1, hasCrashed = true; hasCrashed; crashAt++) {
      const { webhook, deliveries, work, taken, job, die, pass } = await scene(crashAt, false);
      const dead = Array.from({ length: 5 }, () => aDelivery(webhook, { event: anEvent({ workspaceId: webhook.workspaceId }), status: 'dead', nextAttemptAt: null, createdAt: NOW }));
      await deliveries.insertMany(dead);
      await work.mark({ workspaceId: webhook.workspaceId, webhookId: webhook.id }, NOW);
      await work.beginReplay(webhook.id, { id: 'rpl_1', filter: { status: 'dead' }, startedAt: NOW, cursor: null });
      hasCrashed = await die([job]);
      await pass(TEN_MINUTES_MS);
      expect({ crashAt, taken: new Set(taken.map(({ id }) => id)) }).toEqual({ crashAt, taken: new Set(dead.map(({ event }) => event.id)) });
      expect((await work.get(webhook.id)).replay).toBeNull();
    }
  }, 30_000);

  /** The sequences in the order in which they were first taken. */
  const firstTakes = (taken: readonly PublicEvent[]) => [...new Set(taken.map(({ sequence }) => sequence))];
});
