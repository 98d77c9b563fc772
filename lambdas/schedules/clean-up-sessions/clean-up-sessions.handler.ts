import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import withMiddleware from '@middy/core';
import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoDeletedSessions } from '../../../shared/adapters/dynamodb/dynamo-deleted-sessions.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { sqsSessionEvents } from '../../../shared/adapters/sqs/sqs-session-events.ts';
import { CleanUpSessionsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { metrics, publishMetrics } from '../../../shared/observability/metrics.ts';
import { tracing } from '../../../shared/observability/tracer.ts';
import { makeCleanUpSessions } from './clean-up-sessions.ts';

const config = loadConfig(CleanUpSessionsEnv);
const doc = documentClient();
const cleanUpSessions = makeCleanUpSessions({
  registry: dynamoInstanceRegistry(doc, config.REGISTRY_TABLE),
  assignments: dynamoAssignments(doc, { core: config.CORE_TABLE, registry: config.REGISTRY_TABLE }),
  sessions: dynamoSessions(doc, config.CORE_TABLE),
  deleted: dynamoDeletedSessions(doc, config.CORE_TABLE),
  outbox: dynamoOutbox(doc, { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE }),
  events: sqsSessionEvents(sqsClient(), config.SESSION_EVENTS_QUEUE_URL),
  clock,
});

async function sweep(): Promise<void> {
  const { stopped, purged, failed, isComplete } = await cleanUpSessions();
  metrics.addMetric('StaleSessionsStopped', MetricUnit.Count, stopped);
  metrics.addMetric('SessionsPurged', MetricUnit.Count, purged);
  metrics.addMetric('MessagesOfDeletedSessionsFailed', MetricUnit.Count, failed);
  if (stopped + purged + failed > 0 || !isComplete) logger.info('Sessions cleaned up', { stopped, purged, failed, isComplete });
}

export const handler = withMiddleware(sweep)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(tracing)
  .use(publishMetrics);
