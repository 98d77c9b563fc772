import { deliveryNotFound } from '../../../shared/domain/errors.ts';
import type { Deliveries, Delivery } from '../../../shared/domain/webhooks/webhooks.ts';
import { pageOfRows } from './memory-page.ts';

/** Deliveries in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryDeliveries(): Deliveries {
  const all = new Map<string, Delivery>();
  const keyOf = ({ webhookId, id }: Pick<Delivery, 'webhookId' | 'id'>) => `${webhookId}/${id}`;

  return {
    async insertMany(deliveries) {
      const fresh = deliveries.filter((delivery) => !all.has(keyOf(delivery)));
      for (const delivery of fresh) all.set(keyOf(delivery), delivery);
      return fresh;
    },
    async get(workspaceId, webhookId, id) {
      const delivery = all.get(keyOf({ webhookId, id }));
      if (delivery?.workspaceId !== workspaceId) throw deliveryNotFound(id);
      return delivery;
    },
    async list(workspaceId, webhookId, page, status) {
      const rows = [...all.values()].filter((delivery) => delivery.webhookId === webhookId && delivery.workspaceId === workspaceId);
      const wanted = rows.filter((delivery) => status === undefined || delivery.status === status).sort((a, b) => (a.id < b.id ? 1 : -1));
      return pageOfRows(`${workspaceId}/${webhookId}/${status}`, wanted, page, ({ id }) => id);
    },
    async record(delivery, result) {
      const stored = all.get(keyOf(delivery));
      if (stored?.attempts !== delivery.attempts) return false;
      all.set(keyOf(delivery), { ...stored, ...result });
      return true;
    },
    async listDue(nowMs, limit) {
      const dueAt = ({ nextAttemptAt }: Delivery) => nextAttemptAt ?? Infinity;
      return [...all.values()].filter((delivery) => dueAt(delivery) <= nowMs).sort((a, b) => dueAt(a) - dueAt(b)).slice(0, limit);
    },
  };
}
