import { escapeHtml, withCode } from './docs-text.ts';

/** What we read of JSON Schema. */
export interface DocsSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, DocsSchema>>;
  readonly required?: readonly string[];
  readonly items?: DocsSchema;
  readonly anyOf?: readonly DocsSchema[];
  readonly oneOf?: readonly DocsSchema[];
}

/** A schema as nested lists: each field with its type, whether it is required, and what it means. */
export function renderSchema(schema: DocsSchema): string {
  const alternatives = objectsAmong(schema.oneOf ?? schema.anyOf ?? []);
  if (alternatives.length > 1) return alternatives.map((one, i) => `<p>${i === 0 ? 'Either' : 'or'}</p>${renderFields(one)}`).join('');
  const object = alternatives[0] ?? schema.items ?? schema;
  return object.properties ? renderFields(object) : `<p>${typeOf(schema)}</p>`;
}

const objectsAmong = (schemas: readonly DocsSchema[]): readonly DocsSchema[] => schemas.filter(({ properties }) => properties);

function renderFields({ properties = {}, required = [] }: DocsSchema): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    const note = [required.includes(name) ? 'required' : '', defaultOf(field)].filter(Boolean).join(', ');
    const inner = hasFields(field) ? renderSchema(field) : '';
    return `<li><code>${escapeHtml(name)}</code> <i>${typeOf(field)}${note && `, ${note}`}</i> ${withCode(field.description ?? '')}${inner}</li>`;
  });
  return `<ul>${fields.join('')}</ul>`;
}

function hasFields({ properties, items, anyOf, oneOf }: DocsSchema): boolean {
  return properties !== undefined || (items !== undefined && hasFields(items)) || (oneOf ?? anyOf ?? []).some(hasFields);
}

const defaultOf = (field: DocsSchema): string =>
  'default' in field ? `default ${escapeHtml(JSON.stringify(field.default))}` : '';

function typeOf(schema: DocsSchema): string {
  const { $ref, type, format, items, enum: values, const: only } = schema;
  const choices = schema.oneOf ?? schema.anyOf;
  if ($ref) return escapeHtml($ref.split('/').at(-1) ?? '');
  if (only !== undefined) return escapeHtml(JSON.stringify(only));
  if (values) return escapeHtml(values.map((value) => JSON.stringify(value)).join(' | '));
  if (choices) return [...new Set(choices.map(typeOf))].join(' | ');
  if (items) return `list of ${typeOf(items)}`;
  return escapeHtml([format ?? type ?? 'anything'].flat().join(' | '));
}
