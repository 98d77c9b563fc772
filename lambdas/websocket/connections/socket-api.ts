import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import withMiddleware from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { loggableError } from '../../../shared/observability/loggable-error.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { publishMetrics } from '../../../shared/observability/metrics.ts';
import { tracing } from '../../../shared/observability/tracer.ts';
import { errorResponse } from '../../http/error-response.ts';

/** What we read of the events of a WebSocket API. */
const SocketEvent = z.object({
  requestContext: z.object({ connectionId: z.string(), eventType: z.enum(['CONNECT', 'MESSAGE', 'DISCONNECT']), requestId: z.string() }),
  queryStringParameters: z.record(z.string(), z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
});
type SocketEvent = z.infer<typeof SocketEvent>;

export interface ConnectRequest {
  readonly connectionId: string;
  readonly query: Readonly<Record<string, string>>;
}
export interface MessageRequest {
  readonly connectionId: string;
  /** `undefined`: it was not text. */
  readonly text: string | undefined;
}

export interface SocketApi {
  /** Throws what refuses the connection. */
  readonly connect: (request: ConnectRequest) => Promise<void>;
  readonly answer: (request: MessageRequest) => Promise<void>;
  readonly disconnect: (request: { readonly connectionId: string }) => Promise<void>;
}

interface SocketResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly body?: string;
}

/** The entry of a WebSocket API. Only a refused connection is answered here; messages are, through the socket. */
export function socketApi(api: SocketApi): (event: unknown, context: Context) => Promise<SocketResult> {
  const handle = async (raw: unknown): Promise<SocketResult> => {
    const event = SocketEvent.parse(raw);
    const { connectionId, eventType, requestId } = event.requestContext;
    logger.appendKeys({ connectionId, eventType });
    try {
      await dispatch(api, event);
      return { statusCode: 200 };
    } catch (error) {
      const { statusCode, headers, body } = errorResponse(error, requestId);
      if (statusCode >= 500) logger.error('Socket request failed', { failure: loggableError(error) });
      return { statusCode, headers, body };
    } finally {
      logger.removeKeys(['connectionId', 'eventType']);
    }
  };

  return withMiddleware(handle)
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(tracing)
    .use(publishMetrics);
}

async function dispatch(api: SocketApi, { requestContext, queryStringParameters, body, isBase64Encoded }: SocketEvent): Promise<void> {
  const { connectionId } = requestContext;
  switch (requestContext.eventType) {
    case 'CONNECT':
      return api.connect({ connectionId, query: queryStringParameters ?? {} });
    case 'MESSAGE':
      return api.answer({ connectionId, text: isBase64Encoded ? undefined : (body ?? '') });
    case 'DISCONNECT':
      return api.disconnect({ connectionId });
  }
}
