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
  const publish = makePublishEvents({ webhooks: counted, deliveries: memoryDeliveries(), enqueue, deliveryIdOf, clock: { now: () => nowMs } });
  return { publish, jobs, webhooks, reads: () => reads, pass: (ms: number) => (nowMs += ms) };
}

describe('publishing events', () => {
  it('makes a delivery for each enabled webhook that wants the event', async () => {
    const [all, some, off] = [aWebhook(), aWebhook({ events: ['message.read', 'message.sent'] }), aWebhook({ enabled: false })];
    const { publish, jobs } = await publisher(all, some, off, aWebhook({ workspaceId: 'wsp_other' }));
    await publish(WORKSPACE, [anEvent({ type: 'message.sent' }), anEvent({ type: 'chat.new' })]);
    expect(jobs.map(({ webhookId }) => webhookId).sort()).toEqual([all.id, all.id, some.id].sort());
  });

  it('adds nothing when an event is published again', async () => {
    const { publish, jobs } = await publisher(aWebhook());
    const event = anEvent();
    await publish(WORKSPACE, [event]);
    await publish(WORKSPACE, [event]);
    expect(jobs).toHaveLength(1);
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
