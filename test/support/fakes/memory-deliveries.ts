import { deliveryNotFound } from '../../../shared/domain/errors.ts';
import type { WebhookWork } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { Attempt, Deliveries, Delivery, DeliveryFilter } from '../../../shared/domain/webhooks/webhooks.ts';
import { pageOfRows } from './memory-page.ts';

/** Deliveries in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryDeliveries(work: Pick<WebhookWork, 'mark'> = { mark: async () => {} }): Deliveries {
  const all = new Map<string, Delivery>();
  const logs = new Map<string, Attempt[]>();
  const keyOf = ({ webhookId, id }: Pick<Delivery, 'webhookId' | 'id'>) => `${webhookId}/${id}`;
  const dueAt = ({ nextAttemptAt }: Delivery) => nextAttemptAt ?? Infinity;
  const pendingOf = (webhookId: string) => [...all.values()].filter((delivery) => delivery.webhookId === webhookId && delivery.status === 'pending');
  const listed = (workspaceId: string, webhookId: string, filter: DeliveryFilter) =>
    [...all.values()].filter((delivery) => delivery.webhookId === webhookId && delivery.workspaceId === workspaceId && passes(delivery, filter));

  return {
    async insertMany(deliveries) {
      const pending = new Map(deliveries.filter(({ status }) => status === 'pending').map((delivery) => [delivery.webhookId, delivery]));
      for (const delivery of pending.values()) await work.mark(delivery, delivery.createdAt);
      const fresh = deliveries.filter((delivery) => !all.has(keyOf(delivery)));
      for (const delivery of fresh) all.set(keyOf(delivery), delivery);
      return fresh;
    },
    async get(workspaceId, webhookId, id) {
      const delivery = all.get(keyOf({ webhookId, id }));
      if (delivery?.workspaceId !== workspaceId) throw deliveryNotFound(id);
      return delivery;
    },
    async getMany(workspaceId, webhookId, ids) {
      return [...new Set(ids)].flatMap((id) => all.get(keyOf({ webhookId, id })) ?? []).filter((delivery) => delivery.workspaceId === workspaceId);
    },
    async list(workspaceId, webhookId, { oldestFirst = false, ...page }, filter = {}) {
      const rows = listed(workspaceId, webhookId, filter).sort((a, b) => (a.id < b.id === oldestFirst ? -1 : 1));
      return pageOfRows(JSON.stringify([workspaceId, webhookId, filter, oldestFirst]), rows, page, ({ id }) => id);
    },
    count: async (workspaceId, webhookId, filter) => listed(workspaceId, webhookId, filter).length,
    async record(delivery, change) {
      const stored = all.get(keyOf(delivery));
      if (stored?.attempts !== delivery.attempts || stored.status !== delivery.status) return false;
      if (stored.lastAttemptAt !== null && change.attempts > stored.attempts) logs.set(keyOf(delivery), [...(logs.get(keyOf(delivery)) ?? []), attemptOf(stored)]);
      const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      all.set(keyOf(delivery), { ...stored, ...set });
      return true;
    },
    async log(delivery) {
      const before = logs.get(keyOf(delivery)) ?? [];
      return delivery.lastAttemptAt === null ? before : [...before, attemptOf(delivery)];
    },
    async listDue(webhookId, nowMs, limit) {
      return pendingOf(webhookId).filter((delivery) => dueAt(delivery) <= nowMs).sort((a, b) => dueAt(a) - dueAt(b)).slice(0, limit);
    },
    async nextDueAt(webhookId) {
      const next = Math.min(...pendingOf(webhookId).map(dueAt));
      return Number.isFinite(next) ? next : null;
    },
    async listLane(webhookId, chatId, limit, after) {
      const lane = pendingOf(webhookId).filter(({ isOrdered, event }) => isOrdered && event.chatId === chatId).sort(bySequence);
      return lane.filter((delivery) => !after || bySequence(delivery, after) > 0).slice(0, limit);
    },
  };
}

const bySequence = (a: Delivery, b: Delivery): number => (a.event.sequence ?? 0) - (b.event.sequence ?? 0) || (a.id < b.id ? -1 : Number(a.id > b.id));

function passes({ status, event }: Delivery, filter: DeliveryFilter): boolean {
  const at = Date.parse(event.createdAt);
  return (
    (filter.status === undefined || status === filter.status) &&
    (filter.eventTypes === undefined || filter.eventTypes.includes(event.type)) &&
    (filter.since === undefined || at >= filter.since) &&
    (filter.until === undefined || at <= filter.until)
  );
}

const attemptOf = ({ url, lastAttemptAt, durationMs, responseStatus, responseExcerpt, error }: Delivery): Attempt =>
  ({ url, lastAttemptAt, durationMs, responseStatus, responseExcerpt, error });
