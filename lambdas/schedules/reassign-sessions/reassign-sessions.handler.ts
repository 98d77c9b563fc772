import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import withMiddleware from '@middy/core';
import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { ReassignSessionsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { silenceWatch } from '../../../shared/domain/instances/silence-watch.ts';
import { makeReassignSessions } from '../../../shared/domain/sessions/reassign-sessions.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { metrics, publishMetrics } from '../../../shared/observability/metrics.ts';
import { tracing } from '../../../shared/observability/tracer.ts';

const config = loadConfig(ReassignSessionsEnv);
const doc = documentClient();
const registry = dynamoInstanceRegistry(doc, config.REGISTRY_TABLE);
const directory = instanceDirectory(registry, clock);
const reassignSessions = makeReassignSessions({
  registry,
  assignments: dynamoAssignments(doc, { core: config.CORE_TABLE, registry: config.REGISTRY_TABLE }),
  sessions: dynamoSessions(doc, config.CORE_TABLE),
  calls: httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) }),
  silence: silenceWatch({ now: () => performance.now() }), // lives as long as this sandbox; a new one watches anew
  clock,
});

async function sweep(): Promise<void> {
  const { lost, moved, waiting } = await reassignSessions();
  metrics.addMetric('InstancesLost', MetricUnit.Count, lost.length);
  metrics.addMetric('SessionsMoved', MetricUnit.Count, moved.length);
  metrics.addMetric('SessionsWaiting', MetricUnit.Count, waiting);
  if (lost.length + moved.length + waiting > 0) logger.info('Sessions reassigned', { lost, moved: moved.length, waiting });
}

export const handler = withMiddleware(sweep)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(tracing)
  .use(publishMetrics);
