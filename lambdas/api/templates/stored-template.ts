import type { GraphTemplate } from '../../../shared/domain/meta/graph.ts';
import { templateStatusOf } from '../../../shared/domain/templates/template-status.ts';
import type { Template } from '../../../shared/domain/templates/templates.ts';
import { templateIdOf } from '../../../shared/identity/template-identity.ts';

/** A template of Meta as ours. */
export function storedTemplate(workspaceId: string, businessAccountId: string, template: GraphTemplate, now: number): Template {
  const { id: metaId, name, language, category, status, parameterFormat, components, rejectedReason } = template;
  return {
    id: templateIdOf(workspaceId, businessAccountId, name, language),
    workspaceId, businessAccountId, metaId, name, language, category, parameterFormat, components, rejectedReason,
    status: templateStatusOf(status),
    createdAt: now,
    updatedAt: now,
  };
}
