import type { TemplateView } from '../../contracts/api/templates.ts';
import { templateVariables } from './template-components.ts';
import type { Template } from './templates.ts';

export function templateView(template: Template): TemplateView {
  const { id, businessAccountId, metaId, name, language, category, status, rejectedReason, components, createdAt, updatedAt } = template;
  return {
    id, businessAccountId, metaId, name, language, category: category.toLowerCase(), status, rejectedReason,
    variables: [...templateVariables(template)],
    components: components.map((component) => ({ ...component })),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
