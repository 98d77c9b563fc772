import type { CampaignMessage, CampaignRecipient } from '../../../shared/contracts/api/campaigns.ts';
import { parseTemplate, problemsOf, type Template } from '../../../shared/domain/campaigns/template.ts';
import { DomainError } from '../../../shared/domain/errors.ts';

/** The texts of a message taken apart, one after the other; empty without one. Throws `invalid_template`. */
export function templateOf(message: CampaignMessage): Template {
  if (message.type === 'template') return Object.values(message.template.variables).flatMap(parseTemplate);
  return 'text' in message && message.text !== undefined ? parseTemplate(message.text) : [];
}

/** Throws `missing_variables`, naming each variable of each recipient that the text needs and does not get. */
export function requireVariables(template: Template, recipients: readonly CampaignRecipient[]): void {
  const fields = recipients.flatMap(({ variables }, row) =>
    problemsOf(template, variables).map(({ path, message }) => ({ path: `recipients.${row}.${path}`, message })),
  );
  if (fields.length === 0) return;
  const advice = 'The text uses variables that some recipients do not have. Give them, or a fallback as in {{name|there}}.';
  throw new DomainError('invalid', 'missing_variables', advice, { fields });
}
