import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import withMiddleware from '@middy/core';
import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoApiKeys } from '../../../shared/adapters/dynamodb/dynamo-api-keys.ts';
import { AuthorizerEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { tracing } from '../../../shared/observability/tracer.ts';
import { makeAuthorize } from './authorize.ts';

const config = loadConfig(AuthorizerEnv);
const authorize = makeAuthorize({ apiKeys: dynamoApiKeys(documentClient(), config.CORE_TABLE), clock });

export const handler = withMiddleware(authorize)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(tracing);
