import { DomainError, type FieldError } from '../errors.ts';

interface Placeholder {
  readonly name: string;
  readonly fallback: string | undefined;
}

/** A text with its `{{variable}}` and `{{variable|fallback}}` places taken apart. */
export type Template = readonly (string | Placeholder)[];
export type Variables = Readonly<Record<string, string>>;

const PLACE = /\{\{([^{}]*)\}\}/;
const NAME = /^[A-Za-z_][\w.-]{0,63}$/;
const MAX_LENGTH = 65_536; // what a WhatsApp text may hold

/** Throws `invalid_template`, naming `message.text`, on braces that are not a placeholder. */
export const parseTemplate = (text: string): Template =>
  text.split(PLACE).flatMap((part, i): Template => (i % 2 === 1 ? [placeholderOf(part)] : plainText(part)));

function plainText(part: string): Template {
  const stray = /\{\{|\}\}/.exec(part);
  if (stray) throw invalidTemplate(`has ${stray[0]} without its counterpart near "${part.slice(stray.index, stray.index + 20)}"`);
  return part === '' ? [] : [part];
}

function placeholderOf(inside: string): Placeholder {
  const [written = '', ...rest] = inside.split('|');
  const name = written.trim();
  if (!NAME.test(name)) throw invalidTemplate(`has {{${inside}}}: a variable is a plain word, as in {{name}} or {{name|fallback}}`);
  return { name, fallback: rest.length > 0 ? rest.join('|').trim() : undefined };
}

const invalidTemplate = (message: string): DomainError =>
  new DomainError('invalid', 'invalid_template', `The message text ${message}.`, { fields: [{ path: 'message.text', message }] });

/** Variables that must be given: those without a fallback that are missing or empty here. */
export function missingVariables(template: Template, variables: Variables): readonly string[] {
  const places = template.filter((part) => typeof part !== 'string');
  const missing = places.filter(({ name, fallback }) => fallback === undefined && !valueOf(variables, name));
  return [...new Set(missing.map(({ name }) => name))];
}

/** Own properties only, so that {{constructor}} finds nothing. An empty value counts as none. */
const valueOf = (variables: Variables, name: string): string | undefined =>
  Object.hasOwn(variables, name) && variables[name] !== '' ? variables[name] : undefined;

/** The text for one recipient. A missing variable without a fallback leaves its place empty: check before. */
export const render = (template: Template, variables: Variables): string =>
  template.map((part) => (typeof part === 'string' ? part : (valueOf(variables, part.name) ?? part.fallback ?? ''))).join('');

/** Why this recipient cannot get this text; paths are relative to the recipient. Empty when it can. */
export function problemsOf(template: Template, variables: Variables): readonly FieldError[] {
  const missing = missingVariables(template, variables);
  if (missing.length > 0) return missing.map(missingProblem);
  if (template.length === 0) return [];
  const text = render(template, variables);
  if (text.trim() === '') return [{ path: 'variables', message: 'leave the text empty' }];
  if (text.length <= MAX_LENGTH) return [];
  return [{ path: 'variables', message: `make the text longer than ${MAX_LENGTH} characters` }];
}

const missingProblem = (name: string): FieldError => ({
  path: `variables.${name}`,
  message: `is missing: the text uses {{${name}}} without a fallback`,
});
