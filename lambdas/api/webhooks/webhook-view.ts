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

export const deliveryView = ({ id, webhookId, event, status, attempts, nextAttemptAt, lastAttemptAt, responseStatus, error, createdAt }: Delivery): DeliveryView => ({
  id,
  webhookId,
  eventId: event.id,
  eventType: event.type,
  status,
  attempts,
  nextAttemptAt: nextAttemptAt === null ? null : instant(nextAttemptAt),
  lastAttemptAt: lastAttemptAt === null ? null : instant(lastAttemptAt),
  responseStatus,
  error,
  createdAt: instant(createdAt),
});

const instant = (ms: number): string => new Date(ms).toISOString();
