import type { templateRoutes } from '../../../shared/contracts/api/routes/templates.ts';
import type { CreateTemplateRequest } from '../../../shared/contracts/api/templates.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { MetaAccounts, MetaCredentials } from '../../../shared/domain/meta/credentials.ts';
import type { Graph, GraphFailure, GraphTemplate, GraphTemplateDraft } from '../../../shared/domain/meta/graph.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { templateFaults } from '../../../shared/domain/templates/placeholders.ts';
import { templateDraft } from '../../../shared/domain/templates/template-components.ts';
import { templateView } from '../../../shared/domain/templates/template-view.ts';
import type { Templates } from '../../../shared/domain/templates/templates.ts';
import type { Operation } from '../../http/api-request.ts';
import { accountOf, graphError } from './meta-account.ts';
import { storedTemplate } from './stored-template.ts';

export interface CreateTemplateDeps {
  readonly sessions: Pick<Sessions, 'get'>;
  readonly accounts: Pick<MetaAccounts, 'get'>;
  readonly graph: Pick<Graph, 'createTemplate' | 'listTemplates'>;
  readonly templates: Pick<Templates, 'save' | 'listOfAccount'>;
}

const EXISTS_ALREADY = 2388024; // Meta's subcode

/** Hands a template in. One that Meta has and we have not, since we died after handing it in, is found again. */
export const makeCreateTemplate = (deps: CreateTemplateDeps): Operation<typeof templateRoutes.createTemplate> =>
  async ({ workspaceId, body, now }) => {
    requireWellFormed(body);
    const account = await accountOf(deps, workspaceId, body.sessionId);
    const made = await handIn(deps, workspaceId, account, templateDraft(body));
    const template = storedTemplate(workspaceId, account.businessAccountId, made, now);
    await deps.templates.save(template);
    return { status: 201, body: templateView(template) };
  };

async function handIn(deps: CreateTemplateDeps, workspaceId: string, account: MetaCredentials, draft: GraphTemplateDraft): Promise<GraphTemplate> {
  const made = await deps.graph.createTemplate(account, draft);
  if (made.outcome === 'ok') return { ...draft, ...made.value, rejectedReason: null };
  if (made.outcome !== 'refused' || made.subcode !== EXISTS_ALREADY) throw graphError(made);
  return recover(deps, workspaceId, account, draft, made);
}

async function recover(deps: CreateTemplateDeps, workspaceId: string, account: MetaCredentials, draft: GraphTemplateDraft, refusal: GraphFailure): Promise<GraphTemplate> {
  const isIt = ({ name, language }: { readonly name: string; readonly language: string }): boolean => name === draft.name && language === draft.language;
  const ours = await deps.templates.listOfAccount(workspaceId, account.businessAccountId);
  if (ours.some(isIt)) throw exists(draft);
  const listed = await deps.graph.listTemplates(account);
  if (listed.outcome !== 'ok') throw graphError(listed);
  const found = listed.value.find(isIt);
  if (!found) throw graphError(refusal);
  return found;
}

const exists = ({ name, language }: GraphTemplateDraft): DomainError =>
  new DomainError('conflict', 'template_exists', `There is a template ${name} in ${language}. Take another name, or delete that one first.`, {
    fields: [{ path: 'name', message: 'is taken in this language' }],
  });

function requireWellFormed(body: CreateTemplateRequest): void {
  const fields = templateFaults(body);
  if (fields.length > 0) throw new DomainError('invalid', 'invalid_request', `Not valid: ${[...new Set(fields.map(({ path }) => path))].join(', ')}.`, { fields });
}
