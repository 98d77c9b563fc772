import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import type { RouteContract } from '../../shared/contracts/api/routes/route.ts';
import { DomainError } from '../../shared/domain/errors.ts';
import type { AnyRequest, Caller } from './api-request.ts';
import { parseField } from './field-errors.ts';
import { HttpRefusal } from './http-refusal.ts';
import type { RouteMatch } from './match-route.ts';
import { readBody } from './request-body.ts';

const NO_PARAMETERS = z.strictObject({});
/** What the authorizer hands over; API Gateway makes everything text. */
const AuthorizerContext = z.object({ workspaceId: z.string().min(1), keyId: z.string(), scopes: z.string() });
const NOBODY: Caller = { workspaceId: '', keyId: '', scopes: [] };

export interface ReadRequest {
  readonly request: Omit<AnyRequest, 'now' | 'seed'>;
  readonly rawBody: unknown;
  readonly headers: ReadonlyMap<string, string>;
}

/** Checks a request against its route: scope, path, query, body. Throws what the client is told. */
export function readRequest(event: APIGatewayProxyEvent, { contract, params }: RouteMatch): ReadRequest {
  const caller = contract.isPublic ? NOBODY : callerOf(event);
  checkScope(caller, contract);
  const headers = lowerCased(event.headers);
  const { body, raw, text } = readBody(event, headers, contract);
  const request = {
    ...caller,
    params: parseParams(contract, params),
    query: parseField(contract.query ?? NO_PARAMETERS, queryOf(event)),
    body,
    text,
    headers,
    sourceIp: event.requestContext.identity.sourceIp,
    accept: headers.get('accept') ?? '',
    requestId: event.requestContext.requestId,
  };
  return { request, rawBody: raw, headers };
}

function callerOf({ requestContext }: APIGatewayProxyEvent): Caller {
  const context = AuthorizerContext.safeParse(requestContext.authorizer);
  if (!context.success) throw new HttpRefusal(401, 'unauthorized', 'Send `Authorization: Bearer <API key>`.');
  const { workspaceId, keyId, scopes } = context.data;
  return { workspaceId, keyId, scopes: scopes.split(' ').filter(Boolean) };
}

function checkScope({ scopes }: Caller, { scope, isPublic }: RouteContract): void {
  if (isPublic || scope === null || scopes.includes(scope)) return;
  throw new DomainError('forbidden', 'missing_scope', `This call needs a key with the scope ${scope}.`);
}

/** An id of the wrong form is the id of nothing: 404, and the field is named. */
function parseParams({ params: schema }: RouteContract, params: Readonly<Record<string, string>>): Record<string, unknown> {
  if (!schema) return params;
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  throw new HttpRefusal(404, 'not_found', 'There is nothing at this path: an id in it is not one of ours.', { fields });
}

/** One value is a text, a repeated parameter a list, which no schema takes unless it says so. */
function queryOf({ multiValueQueryStringParameters, queryStringParameters }: APIGatewayProxyEvent): Record<string, unknown> {
  const many = Object.entries(multiValueQueryStringParameters ?? {}).map(([name, values = []]) => [name, values.length === 1 ? values[0] : values]);
  return { ...queryStringParameters, ...Object.fromEntries(many) };
}

const lowerCased = (headers: APIGatewayProxyEvent['headers'] | null): Map<string, string> =>
  new Map(Object.entries(headers ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])));
