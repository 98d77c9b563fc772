import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import withMiddleware from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Routes } from '../../shared/contracts/api/routes/route.ts';
import type { IdempotencyRecords } from '../../shared/domain/idempotency/idempotency-records.ts';
import { loggableError } from '../../shared/observability/loggable-error.ts';
import { logger } from '../../shared/observability/logger.ts';
import { metrics, publishMetrics } from '../../shared/observability/metrics.ts';
import { tracing } from '../../shared/observability/tracer.ts';
import type { AnyRequest, ApiResponse, Operations } from './api-request.ts';
import { errorResponse } from './error-response.ts';
import { routeMatcher } from './match-route.ts';
import { readRequest } from './read-request.ts';
import { requestHash } from './request-hash.ts';
import { runOnce } from './run-once.ts';

export interface HttpApi<T extends Routes> {
  readonly routes: T;
  readonly operations: Operations<T>;
  /** Needed where a route is `idempotent`. */
  readonly idempotency?: IdempotencyRecords;
}

export type HttpHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/**
 * The one way into a Lambda of the API. Requests are routed and checked by the contract, so an operation sees only valid
 * ones of its caller's workspace; whatever it throws becomes problem+json.
 */
export function httpApi<T extends Routes>({ routes, operations, idempotency }: HttpApi<T>): HttpHandler {
  const match = routeMatcher(routes);

  const answer = async (event: APIGatewayProxyEvent): Promise<ApiResponse> => {
    const route = match(event.httpMethod, event.path);
    const { request, rawBody, headers } = readRequest(event, route);
    logger.appendKeys({ operation: route.name, workspaceId: request.workspaceId });
    const operation = operations[route.name] as (request: AnyRequest) => Promise<ApiResponse>;
    return runOnce(
      idempotency,
      {
        workspaceId: request.workspaceId,
        contract: route.contract,
        idempotencyKey: headers.get('idempotency-key'),
        requestHash: () => requestHash(event.httpMethod, event.path, rawBody),
      },
      (identity) => operation({ ...request, ...identity }),
    );
  };

  const handle = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const { requestId } = event.requestContext;
    try {
      return toResult(await answer(event), requestId);
    } catch (error) {
      const response = errorResponse(error, requestId);
      if (response.statusCode >= 500) noteFailure(error);
      return response;
    }
  };

  return withMiddleware(handle)
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(tracing)
    .use(publishMetrics);
}

function noteFailure(error: unknown): void {
  metrics.addMetric('RequestFailed', MetricUnit.Count, 1);
  logger.error('Request failed', { failure: loggableError(error) });
}

function toResult({ status, body, headers, media }: ApiResponse, requestId: string): APIGatewayProxyResult {
  const isBinary = Buffer.isBuffer(media?.data);
  const text = media ? media.data.toString(isBinary ? 'base64' : 'utf8') : JSON.stringify(body);
  const contentType = media?.contentType ?? 'application/json';
  return {
    statusCode: status,
    headers: {
      ...(text !== undefined && { 'Content-Type': contentType }),
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...headers,
    },
    body: text ?? '',
    ...(isBinary && { isBase64Encoded: true }),
  };
}
