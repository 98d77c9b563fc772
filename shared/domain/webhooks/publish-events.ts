import type { WebhookDeliveryJob } from '../../contracts/jobs.ts';
import type { PublicEvent } from '../../contracts/public-event.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { EnqueueJobs } from '../job-queue.ts';
import type { Deliveries, Delivery, Webhook, Webhooks } from './webhooks.ts';

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
    const wanted = (await webhooksOf(workspaceId)).flatMap((webhook) =>
      events.filter((event) => wants(webhook, event)).map((event) => newDelivery(webhook, event, deliveryIdOf, clock.now())),
    );
    if (wanted.length > 0) await enqueue((await deliveries.insertMany(wanted)).map(deliveryJobOf));
  };
}
export type PublishEvents = ReturnType<typeof makePublishEvents>;

const wants = ({ enabled, events }: Webhook, event: PublicEvent): boolean =>
  enabled && (events.includes('*') || events.includes(event.type));

export const deliveryJobOf = ({ workspaceId, webhookId, id }: Delivery): WebhookDeliveryJob => ({ v: 1, workspaceId, webhookId, deliveryId: id });

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
  status: 'pending',
  attempts: 0,
  nextAttemptAt: nowMs,
  lastAttemptAt: null,
  responseStatus: null,
  error: null,
  createdAt: nowMs,
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
