import { renderSchema, type DocsSchema } from './docs-schema.ts';
import { escapeHtml, withCode } from './docs-text.ts';
import type { OpenApiDocument } from './openapi.ts';

export interface DocsOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: NonNullable<NonNullable<OpenApiDocument['paths']>[string]['get']>;
}

type Operation = DocsOperation['operation'];
interface DocsParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
}
type Contents = Readonly<Record<string, { readonly schema?: DocsSchema }>>;

export const renderOperation = ({ id, method, path, operation }: DocsOperation): string =>
  [
    `<article id="${escapeHtml(id)}"><h3><span class="method">${method}</span> <code>${escapeHtml(path)}</code></h3>`,
    `<p>${escapeHtml(operation.summary ?? '')}. ${withCode(operation.description ?? '')}</p>`,
    renderParameters(operation),
    renderBody(operation),
    ...Object.entries(operation.responses ?? {}).map(([status, response]) => renderResponse(status, response as object)),
    '</article>',
  ].join('\n');

function renderParameters({ parameters = [] }: Operation): string {
  const rows = parameters.map((parameter) => {
    const { name, in: place, required, description = '' } = parameter as DocsParameter;
    const cells = [`<code>${escapeHtml(name)}</code>`, `${escapeHtml(place)}${required ? ', required' : ''}`, withCode(description)];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
}

const renderBody = ({ requestBody }: Operation): string =>
  requestBody && 'content' in requestBody ? renderContents('Request', requestBody.content as Contents) : '';

function renderResponse(status: string, response: object): string {
  if (status === 'default') return '';
  const contents = 'content' in response ? (response.content as Contents) : {};
  return Object.keys(contents).length === 0 ? `<p>${status}: no content</p>` : renderContents(status, contents);
}

const renderContents = (title: string, contents: Contents): string =>
  Object.entries(contents)
    .map(([type, { schema }]) => `<details><summary>${title} <code>${escapeHtml(type)}</code></summary>${renderSchema(schema ?? {})}</details>`)
    .join('');
