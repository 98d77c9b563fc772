import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { NOT_TRIED, type Delivery, type Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { WORKSPACE } from './outbound-message.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

let drawn = 0;

/** An enabled webhook for every event; later ones have later ids. */
export function aWebhook(change: Partial<Webhook> = {}): Webhook {
  const createdAt = change.createdAt ?? NOON + drawn;
  return {
    id: derivedId('whk', createdAt, `built ${drawn++}`),
    workspaceId: WORKSPACE,
    url: 'https://example.com/hook',
    events: ['*'],
    ordered: false,
    enabled: true,
    disabledReason: null,
    disabledAt: null,
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    previousSecrets: [],
    rotationId: null,
    createdAt,
    ...change,
  };
}

export function anEvent(change: Partial<PublicEvent> = {}): PublicEvent {
  const at = NOON + drawn;
  const id = derivedId('evt', at, `built ${drawn++}`);
  return { id, type: 'message.sent', createdAt: new Date(at).toISOString(), workspaceId: WORKSPACE, data: { n: drawn }, ...change };
}

/** A delivery of a fresh event, due at its creation. */
export function aDelivery(webhook: Webhook, change: Partial<Delivery> = {}): Delivery {
  const event = change.event ?? anEvent({ workspaceId: webhook.workspaceId });
  const createdAt = change.createdAt ?? Date.parse(event.createdAt);
  return {
    id: derivedId('dlv', createdAt, webhook.id, event.id),
    workspaceId: webhook.workspaceId,
    webhookId: webhook.id,
    event,
    isOrdered: webhook.ordered && event.chatId !== undefined && event.sequence !== undefined,
    isParked: false,
    status: 'pending',
    attempts: 0,
    nextAttemptAt: createdAt,
    createdAt,
    ...NOT_TRIED,
    ...change,
  };
}
