import type { GatewayResponse, RestApi } from './rest-api.ts';

export type RefusalType =
  | 'ACCESS_DENIED'
  | 'AUTHORIZER_FAILURE'
  | 'BAD_REQUEST_BODY'
  | 'DEFAULT_5XX'
  | 'INTEGRATION_TIMEOUT'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'REQUEST_TOO_LARGE'
  | 'THROTTLED'
  | 'UNAUTHORIZED';

/** The gateway answers by itself. The words are the template's, under this type; else AWS's own. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal';
  readonly type: RefusalType;

  constructor(type: RefusalType, cause?: unknown) {
    super(type, { cause });
    this.type = type;
  }
}

const OWN: Readonly<Record<RefusalType, readonly [status: number, message: string]>> = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource'],
  AUTHORIZER_FAILURE: [500, 'Internal server error'],
  BAD_REQUEST_BODY: [400, 'Invalid request body'],
  DEFAULT_5XX: [502, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  THROTTLED: [429, 'Too Many Requests'],
  UNAUTHORIZED: [401, 'Unauthorized'],
};

function declared(type: RefusalType, { gatewayResponses }: RestApi): GatewayResponse | undefined {
  const [status] = OWN[type];
  return gatewayResponses.get(type) ?? gatewayResponses.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
}

/** The gateway's answer, with the `$context` variables of its template filled in. */
export function refusalResponse(type: RefusalType, api: RestApi, requestId: string): GatewayResponse {
  const [status, message] = OWN[type];
  const response = declared(type, api) ?? {
    status,
    headers: { 'Content-Type': 'application/json' },
    body: '{"message":$context.error.messageString}',
  };
  const body = response.body
    .replaceAll('$context.error.messageString', JSON.stringify(message))
    .replaceAll('$context.error.message', message)
    .replaceAll('$context.error.responseType', type)
    .replaceAll('$context.requestId', requestId);
  return { ...response, body };
}
