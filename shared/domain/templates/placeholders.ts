import type { FieldError } from '../errors.ts';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const NUMBER = /^[1-9]\d?$/;
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** What a text asks for, each once, in the order of first use. */
export const placeholdersIn = (text: string): readonly string[] => [...new Set([...text.matchAll(PLACEHOLDER)].map(([, inside = '']) => inside.trim()))];

export interface TemplateTexts {
  readonly header?: string | undefined;
  readonly body: string;
  readonly footer?: string | undefined;
  readonly examples: Readonly<Record<string, string>>;
}

export const isNumbered = ({ header = '', body }: Pick<TemplateTexts, 'header' | 'body'>): boolean => {
  const all = [...placeholdersIn(header), ...placeholdersIn(body)];
  return all.length > 0 && all.every((name) => NUMBER.test(name));
};

/** What Meta would refuse, so that it need not be asked: each fault with its field. */
export function templateFaults(texts: TemplateTexts): readonly FieldError[] {
  const { header = '', body, footer = '' } = texts;
  return [
    ...textFaults('header', header),
    ...textFaults('body', body),
    ...placesFaults(body),
    ...(placeholdersIn(header).length > 1 ? [fault('header', 'may have one placeholder')] : []),
    ...(placeholdersIn(footer).length > 0 ? [fault('footer', 'may have no placeholders')] : []),
    ...mixFaults([...placeholdersIn(header), ...placeholdersIn(body)]),
    ...exampleFaults(texts),
  ];
}

const fault = (path: string, message: string): FieldError => ({ path, message });

function textFaults(path: 'header' | 'body', text: string): FieldError[] {
  const names = placeholdersIn(text);
  const wrong = names.filter((name) => !NUMBER.test(name) && !NAME.test(name)).map((name) => fault(path, `has {{${name}}}: placeholders are numbers from 1, or lowercase letters, digits and underscores`));
  return [...wrong, ...(isUnbroken(names) ? [] : [fault(path, 'must number its placeholders from 1 without a gap')])];
}

/** Header and body are numbered each for itself. */
function isUnbroken(names: readonly string[]): boolean {
  const numbers = names.filter((name) => NUMBER.test(name)).map(Number).sort((a, b) => a - b);
  return numbers.every((number, i) => number === i + 1);
}

function placesFaults(body: string): FieldError[] {
  const isAtEdge = /^\s*\{\{|\}\}\s*$/.test(body);
  const isSideBySide = /\}\}\s*\{\{/.test(body);
  return [
    ...(isAtEdge ? [fault('body', 'may neither begin nor end with a placeholder')] : []),
    ...(isSideBySide ? [fault('body', 'needs words between two placeholders')] : []),
  ];
}

function mixFaults(names: readonly string[]): FieldError[] {
  const numbered = names.filter((name) => NUMBER.test(name)).length;
  return numbered > 0 && numbered < names.length ? [fault('body', 'may have named placeholders or numbered ones, not both')] : [];
}

/** A header's `{{1}}` is not the body's; the example of one stands for both. */
function exampleFaults({ header = '', body, examples }: TemplateTexts): FieldError[] {
  const names = new Set([...placeholdersIn(header), ...placeholdersIn(body)]);
  const missing = [...names].filter((name) => examples[name] === undefined).map((name) => fault(`examples.${name}`, 'is required: Meta reviews no placeholder without an example'));
  const unused = Object.keys(examples).filter((name) => !names.has(name)).map((name) => fault(`examples.${name}`, 'is no placeholder of this template'));
  return [...missing, ...unused];
}
