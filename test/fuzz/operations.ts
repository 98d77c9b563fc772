import { openApiOf } from '../../lambdas/api/system/openapi.ts';
import { allRoutes } from '../../shared/contracts/api/routes/all-routes.ts';
import type { RouteContract } from '../../shared/contracts/api/routes/route.ts';
import type { JsonSchema } from './json-schema.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** One call of the API, as its OpenAPI document describes it, and the contract the answers are held against. */
export interface FuzzOperation {
  readonly id: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By content type. */
  readonly bodies: Readonly<Record<string, JsonSchema>>;
  readonly contract: RouteContract;
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

/** Every operation of `/openapi.json`: a new route is fuzzed without a word here. */
export function fuzzOperations(): readonly FuzzOperation[] {
  const { paths = {} } = openApiOf(allRoutes, 'fuzz');
  return Object.entries(allRoutes).map(([id, contract]) => {
    const described = (paths[contract.path] as Record<string, unknown>)[contract.method.toLowerCase()] as Described;
    const bodies = Object.entries(described.requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]);
    return { id, path: contract.path, parameters: described.parameters ?? [], bodies: Object.fromEntries(bodies), contract };
  });
}
