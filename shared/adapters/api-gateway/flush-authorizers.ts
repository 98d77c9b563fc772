import { APIGatewayClient, FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway';
import type { ForgetVerdicts } from '../../domain/access/forget-verdicts.ts';
import { logger } from '../../observability/logger.ts';

const REQUEST_TIMEOUT_MS = 3_000;

/** Empties API Gateway's cache of authorizer answers for one stage. */
export function flushAuthorizers(restApiId: string, stageName: string, client = new APIGatewayClient({})): ForgetVerdicts {
  return async () => {
    const flush = new FlushStageAuthorizersCacheCommand({ restApiId, stageName });
    await client
      .send(flush, { abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
      .catch((error: unknown) => logger.warn('Authorizer cache not flushed: a revoked key may pass until it expires', error as Error));
  };
}
