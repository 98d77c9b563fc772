import { webhookNotFound } from '../../../shared/domain/errors.ts';
import type { Webhook, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';
import { pageOfRows } from './memory-page.ts';

/** Webhooks in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryWebhooks(): Webhooks {
  const all = new Map<string, Webhook>();
  function held(workspaceId: string, webhookId: string): Webhook {
    const webhook = all.get(webhookId);
    if (webhook?.workspaceId !== workspaceId) throw webhookNotFound(webhookId);
    return webhook;
  }
  const of = (workspaceId: string) => [...all.values()].filter((webhook) => webhook.workspaceId === workspaceId);

  return {
    async insert(webhook) {
      if (!all.has(webhook.id)) all.set(webhook.id, webhook);
    },
    get: async (workspaceId, webhookId) => held(workspaceId, webhookId),
    async list(workspaceId, page) {
      const rows = of(workspaceId).sort((a, b) => (a.id < b.id ? 1 : -1));
      return pageOfRows(workspaceId, rows, page, ({ id }) => id);
    },
    listAll: async (workspaceId) => of(workspaceId),
    async update(workspaceId, webhookId, change) {
      const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const changed = { ...held(workspaceId, webhookId), ...set };
      all.set(webhookId, changed);
      return changed;
    },
    async disable(workspaceId, webhookId, disabling) {
      const before = held(workspaceId, webhookId);
      if (!before.enabled) return before;
      const disabled = { ...before, ...disabling, enabled: false };
      all.set(webhookId, disabled);
      return disabled;
    },
    async rotate(workspaceId, webhookId, seen, rotation) {
      const before = held(workspaceId, webhookId);
      if (before.secret !== seen) return undefined;
      const rotated = { ...before, ...rotation };
      all.set(webhookId, rotated);
      return rotated;
    },
    async delete(workspaceId, webhookId) {
      held(workspaceId, webhookId);
      all.delete(webhookId);
    },
  };
}
