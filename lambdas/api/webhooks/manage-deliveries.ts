import type { webhookRoutes } from '../../../shared/contracts/api/routes/webhooks.ts';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { PublicEventType, type PublicEvent } from '../../../shared/contracts/public-event.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import { deliveryJobsOf, newDelivery } from '../../../shared/domain/webhooks/publish-events.ts';
import type { WebhookWork } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { Deliveries, Webhook, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';
import { deliveryDetail, deliveryView } from './webhook-view.ts';

export interface ManageDeliveriesDeps {
  readonly webhooks: Pick<Webhooks, 'get'>;
  readonly deliveries: Deliveries;
  readonly work: WebhookWork;
  readonly enqueue: EnqueueJobs<WebhookDeliveryJob>;
}
type Routes = typeof webhookRoutes;

export const makeTestWebhook = ({ webhooks, deliveries, enqueue }: ManageDeliveriesDeps): Operation<Routes['testWebhook']> =>
  async ({ workspaceId, params, now, seed }) => {
    const webhook = await webhooks.get(workspaceId, params.id);
    requireEnabled(webhook);
    const delivery = newDelivery(webhook, testEvent(webhook, now, seed), deliveryIdOf, now);
    await deliveries.insertMany([delivery]);
    await enqueue(deliveryJobsOf([delivery]));
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
  async ({ workspaceId, params, query: { status, eventType, since, until, ...page } }) => {
    await webhooks.get(workspaceId, params.id);
    const filter = { status, eventTypes: eventType && [eventType], ...spanOf({ since, until }) };
    const { items, cursor } = await deliveries.list(workspaceId, params.id, page, filter);
    return { status: 200, body: { data: items.map(deliveryView), nextCursor: cursor ?? null } };
  };

export const makeGetDelivery = ({ webhooks, deliveries }: ManageDeliveriesDeps): Operation<Routes['getDelivery']> =>
  async ({ workspaceId, params: { id, deliveryId }, now }) => {
    const webhook = await webhooks.get(workspaceId, id);
    const delivery = await deliveries.get(workspaceId, id, deliveryId);
    return { status: 200, body: deliveryDetail(delivery, await deliveries.log(delivery), webhook, now) };
  };

/** Whatever became of it before, it is delivered once more, with the same event id. */
export const makeRetryDelivery = ({ webhooks, deliveries, work, enqueue }: ManageDeliveriesDeps): Operation<Routes['retryDelivery']> =>
  async ({ workspaceId, params: { id, deliveryId }, now }) => {
    requireEnabled(await webhooks.get(workspaceId, id));
    const delivery = await deliveries.get(workspaceId, id, deliveryId);
    const due = { status: 'pending', attempts: delivery.attempts, nextAttemptAt: now, isParked: false } as const;
    await work.mark({ workspaceId, webhookId: id }, now);
    if (!(await deliveries.record(delivery, due))) throw beingTried();
    await enqueue(deliveryJobsOf([delivery]));
    return { status: 202, body: deliveryView({ ...delivery, ...due }) };
  };

/** The deliveries are made due in the background, a slice at a time: what dies in the middle goes on from its last slice. */
export const makeReplayDeliveries = ({ webhooks, deliveries, work, enqueue }: ManageDeliveriesDeps): Operation<Routes['replayDeliveries']> =>
  async ({ workspaceId, params: { id }, body: { status, eventTypes, since, until }, now, seed }) => {
    requireEnabled(await webhooks.get(workspaceId, id));
    const filter = { status, eventTypes, ...spanOf({ since, until }) };
    const accepted = await deliveries.count(workspaceId, id, filter);
    if (accepted === 0) return { status: 202, body: { accepted } };
    await work.mark({ workspaceId, webhookId: id }, now);
    const replay = { id: derivedId('rpl', now, id, seed), filter, startedAt: now, cursor: null };
    if (!(await work.beginReplay(id, replay))) throw replayUnderWay();
    await enqueue([{ v: 1, workspaceId, webhookId: id, deliveryIds: [] }]);
    return { status: 202, body: { accepted } };
  };

const replayUnderWay = (): DomainError =>
  new DomainError('conflict', 'replay_in_progress', 'A replay of this webhook is under way. GET the webhook: `health.replaying` tells when it is over.');

interface Span {
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** In Unix ms. */
const spanOf = ({ since, until }: Span) => ({
  since: since === undefined ? undefined : Date.parse(since),
  until: until === undefined ? undefined : Date.parse(until),
});

const beingTried = (): DomainError =>
  new DomainError('conflict', 'delivery_being_tried', 'This delivery is being tried right now. Look again in a moment.');

function requireEnabled({ enabled }: Webhook): void {
  if (enabled) return;
  throw new DomainError('conflict', 'webhook_disabled', 'The webhook is disabled. Enable it first: PATCH it with {"enabled": true}.');
}
