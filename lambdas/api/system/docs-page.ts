import { createHash } from 'node:crypto';
import { renderOperation, type DocsOperation } from './docs-operation.ts';
import { escapeHtml } from './docs-text.ts';
import type { OpenApiDocument } from './openapi.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0a7d57 }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 60rem) }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem; box-sizing: border-box; border-right: 1px solid var(--line) }
nav h2 { font-size: .8rem; text-transform: uppercase; margin: 1.2rem 0 .3rem; opacity: .7 }
nav a { display: block; font-size: .85rem; color: inherit; text-decoration: none; padding: .1rem 0 } nav a:hover { color: var(--accent) }
main { padding: 1.5rem 2.5rem } article { border-top: 1px solid var(--line); padding: 1rem 0 }
h1 { margin-top: 0 } h3 { margin: 0; font-size: 1.05rem }
code { font: .85em ui-monospace, monospace } ul { margin: .3rem 0; padding-left: 1.2rem; font-size: .9rem } li i { opacity: .75 }
details { background: var(--soft); border-radius: 6px; padding: .4rem .8rem; margin: .3rem 0; overflow: auto }
.method { display: inline-block; min-width: 4rem; color: var(--accent); font-weight: 700 }
table { border-collapse: collapse; font-size: .9rem } td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top }
summary { cursor: pointer; font-size: .9rem }
@media (max-width: 60rem) { body { display: block } nav { position: static; height: auto } main { padding: 1rem } }
`;

/** The page loads nothing from anywhere and runs no script: its own style is all it may use. */
export const DOCS_CSP = [
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join('; ');

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The reference as one self-contained page of HTML. */
export function docsPage(document: OpenApiDocument): string {
  const operations = operationsOf(document);
  const tags = (document.tags ?? []).map(({ name }) => name);
  const title = `${escapeHtml(document.info.title)} ${escapeHtml(document.info.version)}`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${title}</title><style>${STYLE}</style></head><body>`,
    `<nav>${tags.map((tag) => renderNav(tag, operations)).join('')}</nav><main><h1>${title}</h1>`,
    `<p>${escapeHtml(document.info.description ?? '')} Send <code>Authorization: Bearer &lt;API key&gt;</code>.`,
    'The same as data: <a href="openapi.json">openapi.json</a>.</p>',
    ...tags.map((tag) => `<h2>${escapeHtml(tag)}</h2>${operations.filter((one) => isOf(one, tag)).map(renderOperation).join('')}`),
    '</main></body></html>',
  ].join('\n');
}

const isOf = ({ operation }: DocsOperation, tag: string): boolean => operation.tags?.[0] === tag;

function renderNav(tag: string, operations: readonly DocsOperation[]): string {
  const links = operations.filter((one) => isOf(one, tag)).map(({ id, operation }) => `<a href="#${id}">${escapeHtml(operation.summary ?? id)}</a>`);
  return `<h2>${escapeHtml(tag)}</h2>${links.join('')}`;
}

const operationsOf = ({ paths = {} }: OpenApiDocument): DocsOperation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ id: operation.operationId ?? `${method}-${path}`, method: method.toUpperCase(), path, operation }] : [];
    }),
  );
