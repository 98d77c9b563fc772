import type { FleetService } from './fleet-service.ts';
import type { FleetTask } from './fleet-task.ts';
import type { ServiceDeployment } from './service-deployment.ts';
import type { ServiceSpec } from './task-definition.ts';

const seconds = (ms: number): number => ms / 1_000; // as AWS JSON writes times

export const taskArnOf = ({ clusterArn }: ServiceSpec, { id }: FleetTask): string => `${clusterArn.replace(':cluster/', ':task/')}/${id}`;

/** A task as `DescribeTasks` shows it. */
export function viewTask(spec: ServiceSpec, task: FleetTask): object {
  const isReady = task.instance !== undefined;
  return {
    taskArn: taskArnOf(spec, task),
    clusterArn: spec.clusterArn,
    taskDefinitionArn: task.deployment.revision.arn,
    group: `service:${spec.service.name}`,
    startedBy: task.deployment.id,
    launchType: 'FARGATE',
    lastStatus: task.isStopping ? 'DEACTIVATING' : isReady ? 'RUNNING' : 'PENDING',
    desiredStatus: task.isStopping ? 'STOPPED' : 'RUNNING',
    healthStatus: isReady ? 'HEALTHY' : 'UNKNOWN',
    startedAt: seconds(task.startedAtMs),
  };
}

/** The service as `DescribeServices` shows it. */
export function viewService({ service, clusterArn }: ServiceSpec, fleet: FleetService): object {
  const staying = fleet.tasks.filter(({ isStopping }) => !isStopping);
  const counts = countsOf(staying);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn,
    status: 'ACTIVE',
    desiredCount: fleet.desiredCount,
    ...counts,
    deployments: fleet.deployments.map((deployment, i) => viewDeployment(deployment, { isPrimary: i === 0, desiredCount: i === 0 ? fleet.desiredCount : 0, tasks: staying })),
  };
}

interface DeploymentPlace {
  readonly isPrimary: boolean;
  readonly desiredCount: number;
  readonly tasks: readonly FleetTask[];
}

function viewDeployment(deployment: ServiceDeployment, { isPrimary, desiredCount, tasks }: DeploymentPlace): object {
  const { state, reason, failedTasks, updatedAtMs } = deployment.rollout;
  return {
    id: deployment.id,
    status: isPrimary ? 'PRIMARY' : 'ACTIVE',
    taskDefinition: deployment.revision.arn,
    desiredCount,
    ...countsOf(tasks.filter((task) => task.deployment === deployment)),
    failedTasks,
    rolloutState: state,
    rolloutStateReason: reason,
    createdAt: seconds(deployment.createdAtMs),
    updatedAt: seconds(updatedAtMs),
  };
}

function countsOf(tasks: readonly FleetTask[]): { readonly runningCount: number; readonly pendingCount: number } {
  const runningCount = tasks.filter(({ instance }) => instance).length;
  return { runningCount, pendingCount: tasks.length - runningCount };
}
