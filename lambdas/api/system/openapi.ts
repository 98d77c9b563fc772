import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { IdempotencyKey, Problem } from '../../../shared/contracts/api/common.ts';
import type { RouteContract, Routes } from '../../../shared/contracts/api/routes/route.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

const JSON_TYPE = 'application/json';
const SUMMARY_OF_STATUS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No content' };
const IDEMPOTENCY_HEADER = z.object({
  'Idempotency-Key': IdempotencyKey.optional().describe('The same key and body within 24 h gets the first answer'),
});
const PROBLEM = { $ref: '#/components/responses/Problem' } as const;

/** The API as OpenAPI 3.1, from the same route data that checks the requests. */
export const openApiOf = (routes: Routes, version: string): OpenApiDocument =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Blazz API',
      version,
      description: 'Link WhatsApp numbers, talk to customers, run campaigns. Times are RFC 3339 in UTC, numbers E.164.',
    },
    security: [{ apiKey: [] }],
    tags: [...new Set(Object.values(routes).map(({ tag }) => tag))].map((name) => ({ name })),
    paths: pathsOf(routes),
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `blz_…`' } },
      schemas: { Problem },
      responses: {
        Problem: { description: 'A problem (RFC 9457); `code` is stable', content: { 'application/problem+json': { schema: Problem } } },
      },
    },
  });

function pathsOf(routes: Routes): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [operationId, contract] of Object.entries(routes)) {
    (paths[contract.path] ??= {})[contract.method.toLowerCase()] = operationOf(operationId, contract);
  }
  return paths;
}

function operationOf(operationId: string, contract: RouteContract): ZodOpenApiOperationObject {
  const { tag, summary, params, query, headers, idempotent, isPublic } = contract;
  return {
    operationId,
    summary,
    description: descriptionOf(contract),
    tags: [tag],
    ...(isPublic && { security: [] }),
    requestParams: { ...(params && { path: params }), ...(query && { query }), ...(idempotent && { header: IDEMPOTENCY_HEADER }), ...(headers && { header: headers }) },
    ...requestBodyOf(contract),
    responses: { ...successesOf(contract), default: PROBLEM },
  };
}

function descriptionOf({ description, scope, isPublic }: RouteContract): string {
  const access = isPublic ? 'Needs no key.' : scope === null ? 'Any valid key.' : `Scope: \`${scope}\`.`;
  return [description, access].filter(Boolean).join('\n\n');
}

function requestBodyOf({ body, textBodies = [] }: RouteContract): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (!body) return {};
  const texts = textBodies.map((type) => [type, { schema: { type: 'string' as const } }]);
  return { requestBody: { content: { [JSON_TYPE]: { schema: body }, ...Object.fromEntries(texts) } } };
}

function successesOf({ responses, alternatives = [] }: RouteContract): ZodOpenApiOperationObject['responses'] {
  const others = alternatives.map((type) => [type, { schema: { type: 'string' as const } }]);
  const entries = Object.entries(responses).map(([status, schema]) => {
    const content = { ...(schema && { [JSON_TYPE]: { schema } }), ...Object.fromEntries(others) };
    const description = SUMMARY_OF_STATUS[Number(status)] ?? 'OK';
    return [status, Object.keys(content).length === 0 ? { description } : { description, content }];
  });
  return Object.fromEntries(entries);
}
