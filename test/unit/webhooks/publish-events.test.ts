import { describe, expect, it } from '@jest/globals';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import type { Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anEvent, aWebhook } from '../../support/builders/webhook.ts';
import { memoryDeliveries } from '../../support/fakes/memory-deliveries.ts';
import { memoryWebhooks } from '../../support/fakes/memory-webhooks.ts';

async function publisher(...hooks: Webhook[]) {
  const webhooks = memoryWebhooks();
  for (const hook of hooks) await webhooks.insert(hook);
  const jobs: WebhookDeliveryJob[] = [];
  let nowMs = 1_000;
  let reads = 0;
  const counted = { listAll: (workspaceId: string) => (reads++, webhooks.listAll(workspaceId)) };
  const enqueue = async (more: readonly WebhookDeliveryJob[]) => void jobs.push(...more);
  const deliveries = memoryDeliveries();
  const publish = makePublishEvents({ webhooks: counted, deliveries, enqueue, deliveryIdOf, clock: { now: () => nowMs } });
  return { publish, jobs, webhooks, deliveries, reads: () => reads, pass: (ms: number) => (nowMs += ms) };
}

describe('publishing events', () => {
  it('makes a delivery for each enabled webhook that wants the event', async () => {
    const [all, some, off] = [aWebhook(), aWebhook({ events: ['message.read', 'message.sent'] }), aWebhook({ enabled: false })];
    const { publish, jobs } = await publisher(all, some, off, aWebhook({ workspaceId: 'wsp_other' }));
    await publish(WORKSPACE, [anEvent({ type: 'message.sent' }), anEvent({ type: 'chat.new' })]);
    expect(jobs.map(({ webhookId, deliveryIds }) => [webhookId, deliveryIds.length])).toEqual([[all.id, 2], [some.id, 1]]);
  });

  it('adds nothing when an event is published again', async () => {
    const { publish, jobs } = await publisher(aWebhook());
    const event = anEvent();
    await publish(WORKSPACE, [event]);
    await publish(WORKSPACE, [event]);
    expect(jobs).toHaveLength(1);
  });

  it('puts the deliveries of one webhook into few jobs', async () => {
    const { publish, jobs } = await publisher(aWebhook());
    await publish(WORKSPACE, Array.from({ length: 120 }, () => anEvent()));
    expect(jobs.map(({ deliveryIds }) => deliveryIds.length)).toEqual([50, 50, 20]);
  });

  it('keeps for the dead-letter list what an endpoint misses that we disabled, for a week', async () => {
    const disabled = { enabled: false, disabledReason: 'gone', disabledAt: 1_000 };
    const { publish, jobs, deliveries, webhooks, pass } = await publisher();
    const webhook = aWebhook(disabled);
    await webhooks.insert(webhook);
    await publish(WORKSPACE, [anEvent()]);
    pass(7 * 24 * 3_600_000);
    await publish(WORKSPACE, [anEvent()]);
    expect((await deliveries.list(WORKSPACE, webhook.id, { limit: 9 })).items).toMatchObject([{ status: 'dead', nextAttemptAt: null, error: 'the webhook is disabled' }]);
    expect(jobs).toEqual([]);
  });

  it('does not tell a webhook of its own end', async () => {
    const [gone, other] = [aWebhook(), aWebhook()];
    const { publish, jobs } = await publisher(gone, other);
    await publish(WORKSPACE, [anEvent({ type: 'webhook.disabled', data: { webhookId: gone.id } })]);
    expect(jobs.map(({ webhookId }) => webhookId)).toEqual([other.id]);
  });

  it('reads nothing without events, and the webhooks of a workspace once in five seconds', async () => {
    const { publish, reads, webhooks, jobs, pass } = await publisher();
    await publish(WORKSPACE, []);
    expect(reads()).toBe(0);
    for (let i = 0; i < 10; i++) await publish(WORKSPACE, [anEvent()]);
    expect(reads()).toBe(1);
    await webhooks.insert(aWebhook());
    pass(5_000);
    await publish(WORKSPACE, [anEvent()]);
    expect(jobs).toHaveLength(1);
  });
});
