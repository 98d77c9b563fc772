import type { systemRoutes } from '../../../shared/contracts/api/routes/system.ts';
import type { Operation } from '../../http/api-request.ts';

interface Reference {
  readonly document: object;
  readonly page: string;
  readonly csp: string;
}

let reference: Promise<Reference> | undefined;

/** Made at the first request for it: /health must not wait for every schema of the API to load. */
async function makeReference(version: string): Promise<Reference> {
  const [{ allRoutes }, { openApiOf }, { docsPage, DOCS_CSP }] = await Promise.all([
    import('../../../shared/contracts/api/routes/all-routes.ts'),
    import('./openapi.ts'),
    import('./docs-page.ts'),
  ]);
  const document = openApiOf(allRoutes, version);
  return { document, page: docsPage(document), csp: DOCS_CSP };
}

export const makeGetOpenApi =
  (version: string): Operation<typeof systemRoutes.getOpenApi> =>
  async () => ({ status: 200, body: (await (reference ??= makeReference(version))).document });

export const makeGetDocs =
  (version: string): Operation<typeof systemRoutes.getDocs> =>
  async () => {
    const { page, csp } = await (reference ??= makeReference(version));
    const headers = { 'Content-Security-Policy': csp, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' };
    return { status: 200, media: { contentType: 'text/html; charset=utf-8', data: page }, headers };
  };
