import { ApiGatewayManagementApiClient, DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { PostOutcome, Sockets } from '../../domain/realtime/sockets.ts';
import { loggableError } from '../../observability/loggable-error.ts';
import { logger } from '../../observability/logger.ts';

const ATTEMPTS = 2;
const CONNECT_TIMEOUT_MS = 1_000;
/** For one post, its second attempt included: who is slower does not keep the others waiting. */
const POST_TIMEOUT_MS = 5_000;

/** @param endpoint of the stage, as in https://abc.execute-api.eu-central-1.amazonaws.com/live */
export function apiGatewaySockets(endpoint: string): Sockets {
  const client = new ApiGatewayManagementApiClient({ endpoint, maxAttempts: ATTEMPTS, requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS } });

  return {
    async post(connectionId, text) {
      const post = new PostToConnectionCommand({ ConnectionId: connectionId, Data: text });
      try {
        await client.send(post, { abortSignal: AbortSignal.timeout(POST_TIMEOUT_MS) });
        return 'posted';
      } catch (error) {
        return outcomeOf(connectionId, error);
      }
    },

    async close(connectionId) {
      const removal = new DeleteConnectionCommand({ ConnectionId: connectionId });
      await client.send(removal, { abortSignal: AbortSignal.timeout(POST_TIMEOUT_MS) }).catch((error: unknown) => outcomeOf(connectionId, error));
    },
  };
}

function outcomeOf(connectionId: string, error: unknown): PostOutcome {
  if (error instanceof Error && error.name === 'GoneException') return 'gone';
  logger.warn('Socket not reached', { connectionId, failure: loggableError(error) });
  return 'failed';
}
