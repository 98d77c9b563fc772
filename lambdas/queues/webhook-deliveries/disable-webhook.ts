import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { DeliverDeps } from './deliver-deps.ts';

export const GONE = 'The endpoint answered 410 Gone.';
export const FAILING = 'The endpoint has not taken a single delivery for days.';

/** What it missed is on the dead-letter list, and can be delivered once it is enabled again. */
export async function disableWebhook(deps: DeliverDeps, { workspaceId, id }: Webhook, disabledReason: string): Promise<void> {
  const webhook = await deps.webhooks.disable(workspaceId, id, { disabledReason, disabledAt: deps.clock.now() });
  await noticeDisabled(deps, webhook);
}

/** Tells the workspace's other webhooks that we disabled this one. Told again, it is the same event. */
export async function noticeDisabled({ publish }: DeliverDeps, webhook: Webhook): Promise<void> {
  const { id, workspaceId, url, disabledReason, disabledAt } = webhook;
  if (disabledReason === null || disabledAt === null) return; // its owner did, and knows
  const at = new Date(disabledAt).toISOString();
  const event: PublicEvent = {
    id: derivedId('evt', disabledAt, id, 'disabled'),
    type: 'webhook.disabled',
    createdAt: at,
    workspaceId,
    data: { webhookId: id, url, disabledReason, disabledAt: at },
  };
  await publish(workspaceId, [event]);
}
