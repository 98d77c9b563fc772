import type { WebhookDeliveryJob } from '../../contracts/jobs.ts';
import type { PublicEvent } from '../../contracts/public-event.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { EnqueueJobs } from '../job-queue.ts';
import { NOT_TRIED, type Deliveries, type Delivery, type Webhook, type Webhooks } from './webhooks.ts';

export interface PublishEventsDeps {
  readonly webhooks: Pick<Webhooks, 'listAll'>;
  readonly deliveries: Pick<Deliveries, 'insertMany'>;
  readonly enqueue: EnqueueJobs<WebhookDeliveryJob>;
  /** The same for the same webhook and event. */
  readonly deliveryIdOf: (webhookId: string, event: PublicEvent) => string;
  readonly clock?: Clock;
}

/** How long a new webhook may go unnoticed: what it saves is a read for each batch of events. */
const KNOWN_FOR_MS = 5_000;

/**
 * Makes a delivery for each webhook that wants an event, and puts it on the queue. Publishing an event again adds
 * nothing (I7): what is recorded but not enqueued is found by the schedule `requeue-work`.
 */
export function makePublishEvents({ webhooks, deliveries, enqueue, deliveryIdOf, clock = systemClock }: PublishEventsDeps) {
  const webhooksOf = remembering(webhooks, clock);
  return async (workspaceId: string, events: readonly PublicEvent[]): Promise<void> => {
    if (events.length === 0) return;
    const now = clock.now();
    const wanted = (await webhooksOf(workspaceId))
      .filter((webhook) => webhook.enabled || isMissing(webhook, now))
      .flatMap((webhook) => events.filter((event) => wants(webhook, event)).map((event) => newDelivery(webhook, event, deliveryIdOf, now)));
    if (wanted.length === 0) return;
    const inserted = await deliveries.insertMany(wanted);
    await enqueue(deliveryJobsOf(inserted.filter(({ status }) => status === 'pending')));
  };
}
export type PublishEvents = ReturnType<typeof makePublishEvents>;

/** How long the events that an endpoint misses are kept for it after we disabled it. */
const MISSING_MS = 7 * 24 * 3_600_000;

/** We disabled it, not its owner: its events go to the dead-letter list, to be replayed once it is enabled again. */
const isMissing = ({ enabled, disabledReason, disabledAt }: Webhook, nowMs: number): boolean =>
  !enabled && disabledReason !== null && nowMs - (disabledAt ?? 0) < MISSING_MS;

function wants({ id, events }: Webhook, event: PublicEvent): boolean {
  if (event.type === 'webhook.disabled' && event.data['webhookId'] === id) return false; // it takes no more
  return events.includes('*') || events.includes(event.type);
}

const DELIVERIES_A_JOB = 50;

export function deliveryJobsOf(deliveries: readonly Delivery[]): WebhookDeliveryJob[] {
  const ofWebhooks = Map.groupBy(deliveries, ({ webhookId }) => webhookId);
  return [...ofWebhooks.values()].flatMap((own) => jobsFor(own[0] as Delivery, own.map(({ id }) => id)));
}

/** As many jobs as it takes: a message has a size to keep to, and a consumer its time. */
export function jobsFor({ workspaceId, webhookId }: Pick<Delivery, 'workspaceId' | 'webhookId'>, ids: readonly string[]): WebhookDeliveryJob[] {
  const places = Array.from({ length: Math.ceil(ids.length / DELIVERIES_A_JOB) }, (_, i) => i * DELIVERIES_A_JOB);
  return places.map((from) => ({ v: 1, workspaceId, webhookId, deliveryIds: ids.slice(from, from + DELIVERIES_A_JOB) }));
}

export const newDelivery = (
  webhook: Webhook,
  event: PublicEvent,
  deliveryIdOf: PublishEventsDeps['deliveryIdOf'],
  nowMs: number,
): Delivery => ({
  id: deliveryIdOf(webhook.id, event),
  workspaceId: webhook.workspaceId,
  webhookId: webhook.id,
  event,
  isOrdered: webhook.ordered && event.chatId !== undefined && event.sequence !== undefined,
  isParked: false,
  attempts: 0,
  createdAt: nowMs,
  ...NOT_TRIED,
  ...(webhook.enabled ? { status: 'pending', nextAttemptAt: nowMs } : { status: 'dead', nextAttemptAt: null, error: 'the webhook is disabled' }),
});

function remembering(webhooks: Pick<Webhooks, 'listAll'>, clock: Clock) {
  const known = new Map<string, { readonly list: readonly Webhook[]; readonly until: number }>();
  return async (workspaceId: string): Promise<readonly Webhook[]> => {
    const before = known.get(workspaceId);
    if (before && before.until > clock.now()) return before.list;
    const list = await webhooks.listAll(workspaceId);
    known.set(workspaceId, { list, until: clock.now() + KNOWN_FOR_MS });
    return list;
  };
}
