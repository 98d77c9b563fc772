import type { MessageContent } from '../../contracts/message.ts';
import type { FieldError } from '../errors.ts';
import type { Session } from '../sessions/session.ts';
import { placeholdersIn } from '../templates/placeholders.ts';
import { partOf, templateVariables } from '../templates/template-components.ts';
import type { Template } from '../templates/templates.ts';
import type { GraphContent, GraphTemplateComponent } from './graph.ts';

type Variables = Extract<MessageContent, { type: 'template' }>['template']['variables'];
type TemplateContent = Extract<GraphContent, { type: 'template' }>;

/** The end of the address behind a button, by the button's place: `button_0`. */
const BUTTON = /^button_(\d)$/;

/** A template with its placeholders filled in, as Meta takes it. */
export function templateContent(template: Template, variables: Variables): TemplateContent {
  const components = [...textComponents(template, variables), ...buttonComponents(variables)];
  const { name, language } = template;
  return { type: 'template', template: { name, language: { code: language }, ...(components.length > 0 && { components }) } };
}

const textComponents = (template: Template, variables: Variables): GraphTemplateComponent[] =>
  (['HEADER', 'BODY'] as const).flatMap((part): GraphTemplateComponent[] => {
    const names = placeholdersIn(partOf(template, part));
    if (names.length === 0) return [];
    const isNamed = template.parameterFormat === 'NAMED';
    const inOrder = isNamed ? names : names.toSorted((a, b) => Number(a) - Number(b));
    const parameters = inOrder.map((name) => ({ type: 'text' as const, text: variables[name] ?? '', ...(isNamed && { parameter_name: name }) }));
    return [{ type: part === 'HEADER' ? 'header' : 'body', parameters }];
  });

const buttonComponents = (variables: Variables): GraphTemplateComponent[] =>
  Object.entries(variables).flatMap(([name, text]): GraphTemplateComponent[] => {
    const index = BUTTON.exec(name)?.[1];
    return index === undefined ? [] : [{ type: 'button', sub_type: 'url', index, parameters: [{ type: 'text', text }] }];
  });

export interface TemplateFault {
  readonly code: 'template_not_found' | 'template_of_other_account' | 'template_not_approved' | 'template_variables';
  readonly detail: string;
  readonly fields: readonly FieldError[];
}

/** What keeps a session from sending a template; `undefined`: nothing we know of. */
export function templateFault(template: Template | undefined, { meta }: Pick<Session, 'meta'>, variables: Variables): TemplateFault | undefined {
  if (!template) return faultOf('template_not_found', 'There is no such template in this workspace. Take it over from Meta (POST /v1/templates/sync).');
  if (template.businessAccountId !== meta?.businessAccountId) {
    return faultOf('template_of_other_account', 'The template belongs to another business account than the number. Send from one of its numbers.');
  }
  if (template.status !== 'approved') return faultOf('template_not_approved', `Meta sends approved templates only; this one is ${template.status}.`);
  const fields = variableFaults(template, variables);
  return fields.length === 0 ? undefined : { code: 'template_variables', detail: 'The variables do not fit the placeholders of the template.', fields };
}

const faultOf = (code: TemplateFault['code'], detail: string): TemplateFault =>
  ({ code, detail, fields: [{ path: 'template.id', message: detail }] });

function variableFaults(template: Template, variables: Variables): readonly FieldError[] {
  const names = templateVariables(template);
  const missing = names.filter((name) => variables[name] === undefined).map((name) => ({ path: `template.variables.${name}`, message: 'is required by the template' }));
  const unknown = Object.keys(variables).filter((name) => !names.includes(name) && !BUTTON.test(name));
  return [...missing, ...unknown.map((name) => ({ path: `template.variables.${name}`, message: 'is no placeholder of the template' }))];
}
