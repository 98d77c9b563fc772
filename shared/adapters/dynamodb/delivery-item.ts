import type { Attempt, Delivery, DeliveryChange } from '../../domain/webhooks/webhooks.ts';
import type { Item } from './conditions.ts';
import { attemptKey, deliveryKey, dueDeliveriesOf, dueSort, laneOfChat, laneSort } from './keys.ts';

const KEPT_SECONDS = 30 * 24 * 3_600;

export const deliveryItem = (delivery: Delivery): Item => ({
  ...deliveryKey(delivery.webhookId, delivery.id),
  ...dueIndex(delivery, delivery.nextAttemptAt),
  ...(delivery.status === 'pending' && laneIndex(delivery)),
  ...delivery,
  expiresAtSeconds: expiryOf(delivery),
});

export function deliveryOf(item: Item): Delivery {
  const { id, workspaceId, webhookId, event, status, attempts, nextAttemptAt, createdAt } = item as unknown as Delivery;
  const { isOrdered = false, isParked = false } = item as Partial<Delivery>;
  return { id, workspaceId, webhookId, event, isOrdered, isParked, status, attempts, nextAttemptAt, createdAt, ...attemptOf(item) };
}

export function attemptOf(item: Item): Attempt {
  const { url = null, lastAttemptAt = null, durationMs = null, responseStatus = null, responseExcerpt = null, error = null } = item as Partial<Attempt>;
  return { url, lastAttemptAt, durationMs, responseStatus, responseExcerpt, error };
}

/** The last attempt of a delivery, to be kept once another follows. */
export const attemptItem = (delivery: Delivery): Item => ({
  ...attemptKey(delivery.webhookId, delivery.id, delivery.attempts),
  ...attemptOf(delivery as unknown as Item),
  expiresAtSeconds: expiryOf(delivery),
});

/** The change as an update, with the places in the indexes that follow from it. */
export function changeUpdate(delivery: Delivery, change: DeliveryChange) {
  const isPending = change.status === 'pending';
  const set: Item = { ...defined(change), ...dueIndex(delivery, change.nextAttemptAt), ...(isPending && laneIndex(delivery)) };
  const names = Object.keys(set);
  const left = [...(change.nextAttemptAt === null ? ['gsi2pk', 'gsi2sk'] : []), ...(delivery.isOrdered && !isPending ? ['gsi1pk', 'gsi1sk'] : [])];
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}${left.length > 0 ? ` REMOVE ${left.join(', ')}` : ''}`,
    ConditionExpression: '#attempts = :seenAttempts AND #status = :seenStatus',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
      ':seenAttempts': delivery.attempts,
      ':seenStatus': delivery.status,
    },
  };
}

const defined = (change: DeliveryChange): Item => Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

const expiryOf = ({ createdAt }: Delivery): number => Math.floor(createdAt / 1_000) + KEPT_SECONDS;

const dueIndex = ({ webhookId, id }: Delivery, nextAttemptAt: number | null): Item =>
  nextAttemptAt === null ? {} : { gsi2pk: dueDeliveriesOf(webhookId), gsi2sk: dueSort(nextAttemptAt, id) };

const laneIndex = ({ webhookId, id, isOrdered, event: { chatId = '', sequence = 0 } }: Delivery): Item =>
  isOrdered ? { gsi1pk: laneOfChat(webhookId, chatId), gsi1sk: laneSort(sequence, id) } : {};
