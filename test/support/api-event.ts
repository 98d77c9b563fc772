import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { Scope } from '../../shared/contracts/api/common.ts';
import type { HttpHandler } from '../../lambdas/http/http-api.ts';

export interface ApiCall {
  /** A value is sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null`: nobody, as on a public route. */
  readonly workspaceId?: string | null;
  readonly scopes?: readonly Scope[];
  readonly sourceIp?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON. */
  readonly body: never;
  readonly isBase64Encoded: boolean;
}

export const WORKSPACE = 'wsp_01J00000000000000000000000';
export const ALL_TENANT_SCOPES: readonly Scope[] = [
  'sessions:read', 'sessions:write', 'messages:read', 'messages:write', 'contacts:read', 'contacts:write', 'templates:read', 'templates:write', 'campaigns:read', 'campaigns:write',
  'webhooks:read', 'webhooks:write', 'keys:read', 'keys:write',
];
const KEY_ID = 'key_01J00000000000000000000000';
let requests = 0;

/** The event of API Gateway's REST proxy after our authorizer let the caller in. `target` is path and query. */
export function apiEvent(method: string, target: string, call: ApiCall = {}): APIGatewayProxyEvent {
  const { pathname, searchParams } = new URL(`http://api${target}`);
  const { body, headers = {}, workspaceId = WORKSPACE, scopes = ALL_TENANT_SCOPES, sourceIp = '127.0.0.1' } = call;
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const query = [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)] as const);
  const allHeaders = { ...(text !== null && { 'Content-Type': 'application/json' }), ...headers };
  return {
    httpMethod: method,
    path: pathname,
    resource: '/{proxy+}',
    headers: allHeaders,
    multiValueHeaders: Object.fromEntries(Object.entries(allHeaders).map(([name, value]) => [name, [value]])),
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(query.map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
    pathParameters: null,
    stageVariables: null,
    body: text,
    isBase64Encoded: false,
    requestContext: {
      requestId: `request-${++requests}`,
      httpMethod: method,
      path: pathname,
      stage: 'test',
      identity: { sourceIp },
      ...(workspaceId !== null && { authorizer: { workspaceId, keyId: KEY_ID, scopes: scopes.join(' ') } }),
    } as APIGatewayProxyEvent['requestContext'],
  };
}

/** Calls a handler as API Gateway does, and gives what its client would see. */
export async function callApi(handler: HttpHandler, method: string, target: string, call: ApiCall = {}): Promise<ApiAnswer> {
  const { statusCode, headers, body, isBase64Encoded = false } = await handler(apiEvent(method, target, call), lambdaContext());
  const isJson = /^application\/(problem\+)?json/.test(String(headers?.['Content-Type']));
  const names = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { status: statusCode, headers: Object.fromEntries(names), body: (isJson ? JSON.parse(body) : body) as never, isBase64Encoded };
}

export const lambdaContext = (): Context => ({
  functionName: 'test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:test',
  memoryLimitInMB: '256',
  awsRequestId: `invocation-${requests}`,
  logGroupName: 'test',
  logStreamName: 'test',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => 10_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});
