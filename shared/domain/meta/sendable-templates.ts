import { DomainError } from '../errors.ts';
import type { RequireSendable } from '../outbox/queue-message.ts';
import type { HasTemplate } from '../providers/find-candidates.ts';
import type { Template, Templates } from '../templates/templates.ts';
import { templateFault } from './template-content.ts';

type Reader = Pick<Templates, 'get'>;

/** Throws what keeps the session from sending the template, with the field named. */
export const makeRequireTemplate = (templates: Reader): RequireSendable =>
  async ({ session, content }) => {
    if (content.type !== 'template') return;
    const fault = templateFault(await findTemplate(templates, session.workspaceId, content.template.id), session, content.template.variables);
    if (fault) throw new DomainError('invalid', fault.code, fault.detail, { fields: fault.fields });
  };

/** Faults of the variables are the message's own: another number would not help. */
export const makeHasTemplate = (templates: Reader): HasTemplate =>
  async (session, { id, variables }) => {
    const fault = templateFault(await findTemplate(templates, session.workspaceId, id), session, variables);
    return fault === undefined || fault.code === 'template_variables';
  };

/** `undefined` for another workspace's template too. */
export async function findTemplate(templates: Reader, workspaceId: string, templateId: string): Promise<Template | undefined> {
  try {
    return await templates.get(workspaceId, templateId);
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not-found') return undefined;
    throw error;
  }
}
