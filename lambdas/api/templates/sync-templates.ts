import type { templateRoutes } from '../../../shared/contracts/api/routes/templates.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Template, Templates } from '../../../shared/domain/templates/templates.ts';
import type { Operation } from '../../http/api-request.ts';
import { accountOf, graphError } from './meta-account.ts';
import { storedTemplate } from './stored-template.ts';

export interface SyncTemplatesDeps {
  readonly sessions: Pick<Sessions, 'get'>;
  readonly accounts: Pick<MetaAccounts, 'get'>;
  readonly graph: Pick<Graph, 'listTemplates'>;
  readonly templates: Pick<Templates, 'save' | 'listOfAccount' | 'delete'>;
}

/** Takes over what Meta has; what Meta has no more goes here too. Broken off, the next sync does the rest. */
export const makeSyncTemplates = (deps: SyncTemplatesDeps): Operation<typeof templateRoutes.syncTemplates> =>
  async ({ workspaceId, body: { sessionId }, now }) => {
    const account = await accountOf(deps, workspaceId, sessionId);
    const listed = await deps.graph.listTemplates(account);
    if (listed.outcome !== 'ok') throw graphError(listed);
    const before = new Map((await deps.templates.listOfAccount(workspaceId, account.businessAccountId)).map((template) => [template.id, template]));
    const there = listed.value.map((template) => storedTemplate(workspaceId, account.businessAccountId, template, now));
    const added = there.filter(({ id }) => !before.has(id));
    const updated = there.filter((template) => isChanged(before.get(template.id), template));
    const removed = [...before.keys()].filter((id) => !there.some((template) => template.id === id));
    for (const template of [...added, ...updated]) await deps.templates.save(template);
    for (const id of removed) await deps.templates.delete(workspaceId, id);
    return { status: 200, body: { added: added.length, updated: updated.length, removed: removed.length, total: there.length } };
  };

const substance = ({ metaId, category, status, rejectedReason, parameterFormat, components }: Template): string =>
  JSON.stringify([metaId, category, status, rejectedReason, parameterFormat, components], inOneOrder);

/** A table gives fields back in an order of its own. */
function inOneOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isChanged = (before: Template | undefined, now: Template): boolean => before !== undefined && substance(before) !== substance(now);
