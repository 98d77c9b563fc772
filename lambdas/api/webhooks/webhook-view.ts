import type { DeliveryView, WebhookView } from '../../../shared/contracts/api/webhooks.ts';
import type { Delivery, Webhook } from '../../../shared/domain/webhooks/webhooks.ts';

/** Without the secret, which is shown once, at creation. */
export const webhookView = ({ id, url, events, enabled, disabledReason, createdAt }: Webhook): WebhookView => ({
  id,
  url,
  events: [...events],
  enabled,
  disabledReason,
  createdAt: instant(createdAt),
});

export const deliveryView = (delivery: Delivery): DeliveryView => ({
  id: delivery.id,
  webhookId: delivery.webhookId,
  eventId: delivery.event.id,
  eventType: delivery.event.type,
  status: delivery.status,
  attempts: delivery.attempts,
  nextAttemptAt: delivery.nextAttemptAt === null ? null : instant(delivery.nextAttemptAt),
  lastAttemptAt: delivery.lastAttemptAt === null ? null : instant(delivery.lastAttemptAt),
  responseStatus: delivery.responseStatus,
  error: delivery.error,
  createdAt: instant(delivery.createdAt),
});

const instant = (ms: number): string => new Date(ms).toISOString();
