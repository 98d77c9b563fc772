import type { CreateTemplateRequest } from '../../contracts/api/templates.ts';
import type { GraphTemplateDraft } from '../meta/graph.ts';
import { isNumbered, placeholdersIn } from './placeholders.ts';
import type { Template } from './templates.ts';

type Component = GraphTemplateDraft['components'][number];

/** A checked template as Meta takes it. */
export function templateDraft(request: CreateTemplateRequest): GraphTemplateDraft {
  const { name, language, category, header, body, footer, buttons } = request;
  const numbered = isNumbered(request);
  const components: readonly (Component | undefined)[] = [
    header === undefined ? undefined : { type: 'HEADER', format: 'TEXT', text: header, ...exampleOf('header', header, request.examples, numbered) },
    { type: 'BODY', text: body, ...exampleOf('body', body, request.examples, numbered) },
    footer === undefined ? undefined : { type: 'FOOTER', text: footer },
    buttons === undefined ? undefined : { type: 'BUTTONS', buttons: buttons.map(buttonOf) },
  ];
  return {
    name,
    language,
    category: category.toUpperCase(),
    parameterFormat: numbered ? 'POSITIONAL' : 'NAMED',
    components: components.filter((component) => component !== undefined),
  };
}

function exampleOf(part: 'header' | 'body', text: string, examples: Readonly<Record<string, string>>, numbered: boolean): Component {
  const names = placeholdersIn(text);
  if (names.length === 0) return {};
  if (!numbered) return { example: { [`${part}_text_named_params`]: names.map((name) => ({ param_name: name, example: examples[name] })) } };
  const values = names.toSorted((a, b) => Number(a) - Number(b)).map((name) => examples[name]);
  return { example: part === 'header' ? { header_text: values } : { body_text: [values] } };
}

type Button = NonNullable<CreateTemplateRequest['buttons']>[number];

function buttonOf(button: Button): Component {
  switch (button.type) {
    case 'quick_reply':
      return { type: 'QUICK_REPLY', text: button.text };
    case 'url':
      return { type: 'URL', text: button.text, url: button.url };
    case 'phone_number':
      return { type: 'PHONE_NUMBER', text: button.text, phone_number: button.phoneNumber };
  }
}

/** The text of one part of a template; empty if it has none. */
export function partOf({ components }: Pick<Template, 'components'>, part: 'HEADER' | 'BODY'): string {
  const component = components.find(({ type }) => typeof type === 'string' && type.toUpperCase() === part);
  const text = component?.['text'];
  return typeof text === 'string' ? text : '';
}

/** What a message by this template has to fill in. */
export const templateVariables = (template: Pick<Template, 'components'>): readonly string[] => [
  ...new Set([...placeholdersIn(partOf(template, 'HEADER')), ...placeholdersIn(partOf(template, 'BODY'))]),
];
