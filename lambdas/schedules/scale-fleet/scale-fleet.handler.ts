import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import withMiddleware from '@middy/core';
import { documentClient, ecsClient } from '../../../shared/adapters/clients.ts';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { ecsTaskService } from '../../../shared/adapters/ecs/ecs-task-service.ts';
import { ScaleFleetEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { makeScaleFleet } from '../../../shared/domain/instances/scale-fleet.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { metrics, publishMetrics } from '../../../shared/observability/metrics.ts';
import { tracing } from '../../../shared/observability/tracer.ts';

const MIB = 1_048_576;

const config = loadConfig(ScaleFleetEnv);
const doc = documentClient();
const scaleFleet = makeScaleFleet({
  registry: dynamoInstanceRegistry(doc, config.REGISTRY_TABLE),
  assignments: dynamoAssignments(doc, { core: config.CORE_TABLE, registry: config.REGISTRY_TABLE }),
  tasks: ecsTaskService(ecsClient(), { cluster: config.ECS_CLUSTER, service: config.ECS_SERVICE }),
  clock,
}, {
  min: config.MIN_INSTANCES,
  max: config.MAX_INSTANCES,
  sessionsPerInstance: config.SESSIONS_PER_INSTANCE,
  memoryBytes: config.INSTANCE_MEMORY_MIB * MIB,
  scaleInAfterMs: config.SCALE_IN_AFTER_SECONDS * 1_000,
});

async function scale(): Promise<void> {
  const { before, desiredCount, drain, waiting } = await scaleFleet();
  metrics.addMetric('InstancesDesired', MetricUnit.Count, desiredCount);
  metrics.addMetric('SessionsWithoutInstance', MetricUnit.Count, waiting);
  if (desiredCount !== before || drain.length > 0) logger.info('Fleet scaled', { before, desiredCount, drain, waiting });
}

export const handler = withMiddleware(scale)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(tracing)
  .use(publishMetrics);
