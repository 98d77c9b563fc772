import type { IncomingMessage } from 'node:http';
import type { RestApi } from './rest-api.ts';
import type { RouteMatch } from './route-matcher.ts';

type Values = Record<string, string[]>;

/** A REST API's Lambda proxy event, without its body: an authorizer gets no more. */
export interface RequestEvent {
  readonly resource: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Record<string, string | undefined>;
  readonly multiValueHeaders: Values;
  readonly queryStringParameters: Record<string, string | undefined> | null;
  readonly multiValueQueryStringParameters: Values | null;
  readonly pathParameters: Readonly<Record<string, string>> | null;
  readonly stageVariables: null;
  readonly requestContext: Record<string, unknown>;
}

export interface RequestParts {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly match: RouteMatch;
  readonly requestId: string;
}

/** Without a prototype: a header or parameter may be called `constructor`. */
const noValues = (): Values => Object.create(null) as Values;

function headerValues(raw: readonly string[]): Values {
  const values = noValues();
  for (let index = 0; index < raw.length; index += 2) (values[raw[index] ?? ''] ??= []).push(raw[index + 1] ?? '');
  return values;
}

function queryValues(query: URLSearchParams): Values | null {
  const values = noValues();
  for (const [name, value] of query) (values[name] ??= []).push(value);
  return query.size > 0 ? values : null;
}

/** Of several values of one name the last counts. */
const lastOf = (values: Values): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1)]));

function requestContext({ request, url, match: { route }, requestId }: RequestParts, api: RestApi): Record<string, unknown> {
  const now = new Date();
  return {
    accountId: api.arn.split(':')[4],
    apiId: api.id,
    stage: api.stage,
    requestId,
    extendedRequestId: requestId,
    resourceId: route.resourceId,
    resourcePath: route.resourcePath,
    path: url.pathname,
    httpMethod: request.method,
    protocol: `HTTP/${request.httpVersion}`,
    domainName: request.headers.host,
    requestTime: now.toUTCString(),
    requestTimeEpoch: now.getTime(),
    identity: { sourceIp: request.socket.remoteAddress ?? '127.0.0.1', userAgent: request.headers['user-agent'] ?? null },
  };
}

export function requestEvent(parts: RequestParts, api: RestApi): RequestEvent {
  const { request, url, match } = parts;
  const headers = headerValues(request.rawHeaders);
  const query = queryValues(url.searchParams);
  return {
    resource: match.route.resourcePath,
    path: url.pathname,
    httpMethod: request.method ?? 'GET',
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: query && lastOf(query),
    multiValueQueryStringParameters: query,
    pathParameters: match.pathParameters,
    stageVariables: null,
    requestContext: requestContext(parts, api),
  };
}

const mediaTypeOf = (request: IncomingMessage): string => request.headers['content-type']?.split(';')[0]?.trim() ?? '';

function isBinary(mediaType: string, binaryMediaTypes: readonly string[]): boolean {
  const [type] = mediaType.split('/');
  return binaryMediaTypes.some((binary) => binary === mediaType || binary === '*/*' || binary === `${type}/*`);
}

/** The body as the event carries it: text, or base64 if the API calls its media type binary. */
export function bodyFields(request: IncomingMessage, body: Buffer, api: RestApi): { body: string | null; isBase64Encoded: boolean } {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isBase64Encoded = isBinary(mediaTypeOf(request), api.binaryMediaTypes);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}
