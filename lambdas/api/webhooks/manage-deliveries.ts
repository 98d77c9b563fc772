import type { webhookRoutes } from '../../../shared/contracts/api/routes/webhooks.ts';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { PublicEventType, type PublicEvent } from '../../../shared/contracts/public-event.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import { deliveryJobOf, newDelivery } from '../../../shared/domain/webhooks/publish-events.ts';
import type { Deliveries, Delivery, Webhook, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';
import { deliveryView } from './webhook-view.ts';

export interface ManageDeliveriesDeps {
  readonly webhooks: Pick<Webhooks, 'get'>;
  readonly deliveries: Deliveries;
  readonly enqueue: EnqueueJobs<WebhookDeliveryJob>;
}
type Routes = typeof webhookRoutes;

export const makeTestWebhook = ({ webhooks, deliveries, enqueue }: ManageDeliveriesDeps): Operation<Routes['testWebhook']> =>
  async ({ workspaceId, params, now, seed }) => {
    const webhook = await webhooks.get(workspaceId, params.id);
    requireEnabled(webhook);
    const delivery = newDelivery(webhook, testEvent(webhook, now, seed), deliveryIdOf, now);
    await deliveries.insertMany([delivery]);
    await enqueue([deliveryJobOf(delivery)]);
    return { status: 202, body: deliveryView(delivery) };
  };

/** Of a type the endpoint knows what to do with; `data.test` tells it from a real one. */
function testEvent({ id, workspaceId, events }: Webhook, now: number, seed: string): PublicEvent {
  const type = PublicEventType.safeParse(events[0]).data ?? 'message.received';
  return {
    id: derivedId('evt', now, id, 'test', seed),
    type,
    createdAt: new Date(now).toISOString(),
    workspaceId,
    data: { test: true, webhookId: id },
  };
}

export const makeListDeliveries = ({ webhooks, deliveries }: ManageDeliveriesDeps): Operation<Routes['listDeliveries']> =>
  async ({ workspaceId, params, query: { status, ...page } }) => {
    await webhooks.get(workspaceId, params.id);
    const { items, cursor } = await deliveries.list(workspaceId, params.id, page, status);
    return { status: 200, body: { data: items.map(deliveryView), nextCursor: cursor ?? null } };
  };

/** Whatever became of it before, it is delivered once more, with the same event id. */
export const makeRetryDelivery = ({ webhooks, deliveries, enqueue }: ManageDeliveriesDeps): Operation<Routes['retryDelivery']> =>
  async ({ workspaceId, params: { id, deliveryId }, now }) => {
    requireEnabled(await webhooks.get(workspaceId, id));
    const delivery = await deliveries.get(workspaceId, id, deliveryId);
    const due: Delivery = { ...delivery, status: 'pending', nextAttemptAt: now };
    const { status, attempts, nextAttemptAt, lastAttemptAt, responseStatus, error } = due;
    const result = { status, attempts, nextAttemptAt, lastAttemptAt, responseStatus, error };
    if (!(await deliveries.record(delivery, result))) throw beingTried();
    await enqueue([deliveryJobOf(delivery)]);
    return { status: 202, body: deliveryView(due) };
  };

const beingTried = (): DomainError =>
  new DomainError('conflict', 'delivery_being_tried', 'This delivery is being tried right now. Look again in a moment.');

function requireEnabled({ enabled }: Webhook): void {
  if (enabled) return;
  throw new DomainError('conflict', 'webhook_disabled', 'The webhook is disabled. Enable it first: PATCH it with {"enabled": true}.');
}
