import { Stack } from 'aws-cdk-lib';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ScaleFleetEnv } from '../../shared/config/control-plane-env.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import type { FleetSettings } from '../stages.ts';
import { NodeFunction } from './node-function.ts';
import { entryOf, runEveryMinute, TIMEOUT } from './run-every.ts';

export interface FleetScalingProps {
  readonly service: FargateService;
  readonly fleet: FleetSettings;
  readonly data: DataStack;
}

/** Makes the number of tasks follow the sessions, and lets those of an old revision go: ECS spares them while they have any. */
export class FleetScaling extends Construct {
  readonly function: NodeFunction<typeof ScaleFleetEnv>;

  constructor(scope: Construct, id: string, { service, fleet, data }: FleetScalingProps) {
    super(scope, id);
    this.function = new NodeFunction(this, 'ScaleFleet', {
      entry: entryOf('scale-fleet'),
      description: 'Makes the number of fleet tasks follow the sessions',
      env: ScaleFleetEnv,
      environment: environmentOf(service, fleet, data),
      logs: data.logs,
      timeout: TIMEOUT,
    });
    data.core.grantRead(this.function);
    data.registry.grantWrite(this.function); // asks instances to drain
    for (const statement of allowScaling(this, service)) this.function.addToRolePolicy(statement);
    runEveryMinute(this, this.function);
  }
}

const environmentOf = ({ cluster, serviceName }: FargateService, fleet: FleetSettings, data: DataStack) => ({
  CORE_TABLE: data.core.tableName,
  REGISTRY_TABLE: data.registry.tableName,
  ECS_CLUSTER: cluster.clusterName,
  ECS_SERVICE: serviceName,
  MIN_INSTANCES: String(fleet.instances.min),
  MAX_INSTANCES: String(fleet.instances.max),
  SESSIONS_PER_INSTANCE: String(fleet.sessionsPerInstance),
  INSTANCE_MEMORY_MIB: String(fleet.memoryMiB),
  SCALE_IN_AFTER_SECONDS: String(fleet.scaleInAfter.toSeconds()),
});

function allowScaling(scope: Construct, { cluster, serviceArn }: FargateService): PolicyStatement[] {
  const tasks = Stack.of(scope).formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*` });
  return [
    new PolicyStatement({ actions: ['ecs:DescribeServices', 'ecs:UpdateService'], resources: [serviceArn] }),
    new PolicyStatement({ actions: ['ecs:DescribeTasks'], resources: [tasks] }),
  ];
}
