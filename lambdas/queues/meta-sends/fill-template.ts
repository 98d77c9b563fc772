import { findTemplate } from '../../../shared/domain/meta/sendable-templates.ts';
import { templateContent, templateFault } from '../../../shared/domain/meta/template-content.ts';
import type { Templates } from '../../../shared/domain/templates/templates.ts';
import type { FillTemplate } from './graph-message.ts';

/** Looked at again when it is sent: a template may be paused while a message waits. */
export const makeFillTemplate = (templates: Pick<Templates, 'get'>): FillTemplate =>
  async ({ workspaceId }, businessAccountId, { id, variables }) => {
    const template = await findTemplate(templates, workspaceId, id);
    const fault = templateFault(template, { meta: { phoneNumberId: '', businessAccountId } }, variables);
    if (fault) return { code: fault.code, detail: [fault.detail, ...fault.fields.map(({ path }) => path)].join(' ') };
    return template ? templateContent(template, variables) : { code: 'template_not_found', detail: 'There is no such template' };
  };
