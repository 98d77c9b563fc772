import type { templateRoutes } from '../../../shared/contracts/api/routes/templates.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import type { Graph, GraphFailure } from '../../../shared/domain/meta/graph.ts';
import { templateView } from '../../../shared/domain/templates/template-view.ts';
import type { Template, Templates } from '../../../shared/domain/templates/templates.ts';
import type { Operation } from '../../http/api-request.ts';
import { graphError } from './meta-account.ts';

type Routes = typeof templateRoutes;

export const makeListTemplates = (templates: Pick<Templates, 'list'>): Operation<Routes['listTemplates']> =>
  async ({ workspaceId, query: { limit, cursor, ...filter } }) => {
    const { items, cursor: next } = await templates.list(workspaceId, { limit, cursor }, filter);
    return { status: 200, body: { data: items.map(templateView), nextCursor: next ?? null } };
  };

export const makeGetTemplate = (templates: Pick<Templates, 'get'>): Operation<Routes['getTemplate']> =>
  async ({ workspaceId, params }) => ({ status: 200, body: templateView(await templates.get(workspaceId, params.id)) });

export interface DeleteTemplateDeps {
  readonly accounts: Pick<MetaAccounts, 'get' | 'ownersOf'>;
  readonly graph: Pick<Graph, 'deleteTemplate'>;
  readonly templates: Pick<Templates, 'get' | 'delete'>;
}

const NOT_FOUND = 2593002; // Meta's subcode

/** At Meta first, if a session of its account is left to do it by; then here. */
export const makeDeleteTemplate = ({ accounts, graph, templates }: DeleteTemplateDeps): Operation<Routes['deleteTemplate']> =>
  async ({ workspaceId, params: { id } }) => {
    const template = await templates.get(workspaceId, id);
    const sessionId = await sessionFor(accounts, template);
    if (sessionId !== undefined) {
      const deleted = await graph.deleteTemplate(await accounts.get(sessionId), template.name, template.metaId);
      if (deleted.outcome !== 'ok' && !isGone(deleted)) throw graphError(deleted);
    }
    await templates.delete(workspaceId, id);
    return { status: 204 };
  };

const isGone = (failure: GraphFailure): boolean => failure.outcome === 'refused' && failure.subcode === NOT_FOUND;

/** Any session of the workspace that belongs to the account and still has its credentials. */
async function sessionFor(accounts: DeleteTemplateDeps['accounts'], { workspaceId, businessAccountId }: Template): Promise<string | undefined> {
  const owners = (await accounts.ownersOf(businessAccountId)).filter((owner) => owner.workspaceId === workspaceId);
  for (const { sessionId } of owners) {
    if (await accounts.get(sessionId).then(() => true, ifMissing)) return sessionId;
  }
  return undefined;
}

function ifMissing(error: unknown): false {
  if (error instanceof DomainError && error.kind === 'conflict') return false;
  throw error;
}
