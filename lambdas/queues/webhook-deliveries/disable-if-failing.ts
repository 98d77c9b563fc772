import { MAX_ATTEMPTS } from '../../../shared/domain/webhooks/retry-policy.ts';
import type { Deliveries, Delivery, Webhook, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';

export interface DisableIfFailingDeps {
  readonly webhooks: Pick<Webhooks, 'update'>;
  readonly deliveries: Pick<Deliveries, 'list'>;
}

/**
 * Disables an endpoint that took nothing in all the days a delivery was tried again. What it missed is on the
 * dead-letter list and can be delivered once it is enabled again.
 */
export async function disableIfFailing(deps: DisableIfFailingDeps, webhook: Webhook, exhausted: Delivery): Promise<void> {
  if (exhausted.attempts + 1 < MAX_ATTEMPTS) return; // it was refused, not unreachable for days
  const { items } = await deps.deliveries.list(webhook.workspaceId, webhook.id, { limit: 1 }, 'delivered');
  const lastTakenAt = items[0]?.lastAttemptAt ?? 0;
  if (lastTakenAt > exhausted.createdAt) return;
  const disabledReason = 'The endpoint has not taken a single delivery for days.';
  await deps.webhooks.update(webhook.workspaceId, webhook.id, { enabled: false, disabledReason });
}
