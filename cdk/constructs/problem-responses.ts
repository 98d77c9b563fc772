import { STATUS_CODES } from 'node:http';
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface GatewayProblem {
  readonly type: ResponseType;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const NOT_FOUND = { status: 404, code: 'not_found', detail: 'There is nothing at this path. /docs lists what there is.' };
const UNAUTHORIZED = { status: 401, code: 'unauthorized', headers: { 'WWW-Authenticate': 'Bearer' } };
const BAD_REQUEST = { status: 400, code: 'bad_request', detail: 'The request cannot be read.' };
const INTERNAL = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong on our side. Name request $context.requestId when you report it.',
};
const THROTTLED = { status: 429, code: 'throttled', headers: { 'Retry-After': '1' } };
const TIMEOUT = {
  status: 504,
  code: 'timeout',
  detail: 'The answer took too long. Try again with the same Idempotency-Key.',
};

/** What API Gateway says when it answers by itself, in the words of our handlers (lambdas/http). */
const GATEWAY_PROBLEMS: readonly GatewayProblem[] = [
  { type: ResponseType.UNAUTHORIZED, ...UNAUTHORIZED, detail: 'Send `Authorization: Bearer <API key>` with a valid key.' },
  { type: ResponseType.EXPIRED_TOKEN, ...UNAUTHORIZED, detail: 'This token has expired.' },
  { type: ResponseType.ACCESS_DENIED, status: 403, code: 'forbidden', detail: 'This key may not do that.' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, ...NOT_FOUND }, // its name for a path or method it has no route for
  { type: ResponseType.RESOURCE_NOT_FOUND, ...NOT_FOUND },
  { type: ResponseType.BAD_REQUEST_BODY, ...BAD_REQUEST },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, ...BAD_REQUEST },
  { type: ResponseType.REQUEST_TOO_LARGE, status: 413, code: 'payload_too_large', detail: 'A request may carry at most 10 MB.' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, status: 415, code: 'unsupported_media_type', detail: 'Send application/json.' },
  { type: ResponseType.THROTTLED, ...THROTTLED, detail: 'Too many requests at once. Try again in a moment.' },
  { type: ResponseType.QUOTA_EXCEEDED, ...THROTTLED, detail: 'The quota of requests is used up.' },
  { type: ResponseType.INTEGRATION_FAILURE, ...TIMEOUT },
  { type: ResponseType.INTEGRATION_TIMEOUT, ...TIMEOUT },
  { type: ResponseType.AUTHORIZER_FAILURE, ...INTERNAL },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...INTERNAL },
  { type: ResponseType.API_CONFIGURATION_ERROR, ...INTERNAL },
  { type: ResponseType.DEFAULT_4XX, ...BAD_REQUEST },
  { type: ResponseType.DEFAULT_5XX, ...INTERNAL },
];

export function addProblemResponses(api: RestApi): void {
  for (const problem of GATEWAY_PROBLEMS) {
    api.addGatewayResponse(problem.type.responseType, {
      type: problem.type,
      statusCode: String(problem.status),
      responseHeaders: quoted({ 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...problem.headers }),
      templates: { 'application/json': templateOf(problem) },
    });
  }
}

/** API Gateway takes header values as mapping expressions; a constant is one in single quotes. */
const quoted = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));

const templateOf = ({ status, code, detail }: GatewayProblem): string =>
  JSON.stringify({
    type: `https://blazz.dev/problems/${code}`,
    title: STATUS_CODES[status],
    status,
    code,
    detail,
    requestId: '$context.requestId',
  });
