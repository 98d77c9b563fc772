import { templateNotFound } from '../../../shared/domain/errors.ts';
import type { Template, Templates } from '../../../shared/domain/templates/templates.ts';
import { pageOfRows } from './memory-page.ts';

/** Templates in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryTemplates(): Templates {
  const all = new Map<string, Template>();
  const find = (workspaceId: string, id: string) => (all.get(id)?.workspaceId === workspaceId ? all.get(id) : undefined);
  const of = (workspaceId: string) => [...all.values()].filter((template) => template.workspaceId === workspaceId).sort((a, b) => (a.id < b.id ? -1 : 1));

  return {
    async get(workspaceId, id) {
      const template = find(workspaceId, id);
      if (!template) throw templateNotFound(id);
      return template;
    },
    async list(workspaceId, page, { status, name } = {}) {
      const rows = of(workspaceId).filter((each) => (status === undefined || each.status === status) && (name === undefined || each.name === name));
      return pageOfRows(workspaceId, rows, page, ({ id }) => id);
    },
    listOfAccount: async (workspaceId, account) => of(workspaceId).filter(({ businessAccountId }) => businessAccountId === account),
    async save(template) {
      const before = find(template.workspaceId, template.id);
      all.set(template.id, { ...template, createdAt: before?.createdAt ?? template.createdAt });
      return before;
    },
    async review(workspaceId, id, { status, rejectedReason, at }) {
      const before = find(workspaceId, id);
      if (!before) return undefined;
      const after = { ...before, status, rejectedReason, updatedAt: at };
      all.set(id, after);
      return { before, after };
    },
    async delete(workspaceId, id) {
      if (find(workspaceId, id)) all.delete(id);
    },
  };
}
