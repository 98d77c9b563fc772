import type { DeliveryDetail, DeliveryView, WebhookDetail, WebhookView } from '../../../shared/contracts/api/webhooks.ts';
import { contentHeaders } from '../../../shared/domain/webhooks/content-headers.ts';
import { eventBody } from '../../../shared/domain/webhooks/event-body.ts';
import { isHeld } from '../../../shared/domain/webhooks/endpoint-health.ts';
import type { WebhookState } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { Attempt, Delivery, Webhook } from '../../../shared/domain/webhooks/webhooks.ts';

const instant = (ms: number): string => new Date(ms).toISOString();
const nullableInstant = (ms: number | null): string | null => (ms === null ? null : instant(ms));

/** Without the secret, which is shown once, when it is made. */
export function webhookView(webhook: Webhook, nowMs: number): WebhookView {
  const { id, url, events, ordered, enabled, disabledReason, disabledAt, previousSecrets, createdAt } = webhook;
  const previousUntil = Math.max(0, ...previousSecrets.map(({ until }) => until));
  return {
    id,
    url,
    events: [...events],
    ordered,
    enabled,
    disabledReason,
    disabledAt: nullableInstant(disabledAt),
    previousSecretUntil: previousUntil > nowMs ? instant(previousUntil) : null,
    createdAt: instant(createdAt),
  };
}

export const webhookDetail = (webhook: Webhook, { health, replay }: WebhookState, nowMs: number): WebhookDetail => ({
  ...webhookView(webhook, nowMs),
  health: {
    failingSince: nullableInstant(health.failingSince),
    heldUntil: isHeld(health, nowMs) ? nullableInstant(health.heldUntil) : null,
    replaying: replay !== null,
  },
});

export const deliveryView = (delivery: Delivery): DeliveryView => ({
  id: delivery.id,
  webhookId: delivery.webhookId,
  eventId: delivery.event.id,
  eventType: delivery.event.type,
  status: delivery.status,
  attempts: delivery.attempts,
  nextAttemptAt: nullableInstant(delivery.nextAttemptAt),
  lastAttemptAt: nullableInstant(delivery.lastAttemptAt),
  responseStatus: delivery.responseStatus,
  error: delivery.error,
  createdAt: instant(delivery.createdAt),
});

/** As it was sent last, or would be sent now. */
export const deliveryDetail = (delivery: Delivery, log: readonly Attempt[], webhook: Webhook, nowMs: number): DeliveryDetail => ({
  ...deliveryView(delivery),
  request: {
    method: 'POST',
    url: delivery.url ?? webhook.url,
    headers: contentHeaders(delivery.event.id, delivery.lastAttemptAt ?? nowMs),
    body: eventBody(delivery.event),
  },
  log: log.map(({ lastAttemptAt, durationMs, responseStatus, error, responseExcerpt }) => ({
    at: nullableInstant(lastAttemptAt),
    durationMs,
    responseStatus,
    error,
    responseExcerpt,
  })),
});
