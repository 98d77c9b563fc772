import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import withMiddleware from '@middy/core';
import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoConnections } from '../../../shared/adapters/dynamodb/dynamo-connections.ts';
import { apiGatewaySockets } from '../../../shared/adapters/websocket/api-gateway-sockets.ts';
import { DropSilentConnectionsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { tracing } from '../../../shared/observability/tracer.ts';
import { makeDropSilentConnections } from './drop-silent-connections.ts';

const config = loadConfig(DropSilentConnectionsEnv);
const connections = dynamoConnections(documentClient(), config.CORE_TABLE);

export const handler = withMiddleware(makeDropSilentConnections({ connections, sockets: apiGatewaySockets(config.REALTIME_ENDPOINT), clock }))
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(tracing);
