import * as z from 'zod';
import type { Deployment, Resource } from '../template/deployment.ts';
import type { DeploymentLimits } from './rollout-step.ts';
import type { TaskRevision } from './service-deployment.ts';

/** The ECS service of the template, its task definition, and how it may be deployed. */
export interface ServiceSpec {
  readonly service: Resource;
  readonly clusterArn: string;
  readonly revision: TaskRevision;
  readonly limits: DeploymentLimits;
}

const ServiceProperties = z.object({
  TaskDefinition: z.string(),
  Cluster: z.string().default('default'),
  DeploymentConfiguration: z
    .object({ MinimumHealthyPercent: z.number().default(100), MaximumPercent: z.number().default(200) })
    .default({ MinimumHealthyPercent: 100, MaximumPercent: 200 }),
});
const TaskProperties = z.object({
  ContainerDefinitions: z.array(
    z.object({
      Environment: z.array(z.object({ Name: z.string(), Value: z.coerce.string() })).default([]),
      Secrets: z.array(z.object({ Name: z.string(), ValueFrom: z.string() })).default([]),
    }),
  ),
});

/** ECS puts a secret's value into the environment of the container. */
function containerEnvironment(task: Resource, secrets: ReadonlyMap<string, string>): Record<string, string> {
  const [container] = TaskProperties.parse(task.properties).ContainerDefinitions;
  const plain = container?.Environment.map(({ Name, Value }): [string, string] => [Name, Value]) ?? [];
  const secret = container?.Secrets.map(({ Name, ValueFrom }): [string, string] => [Name, secrets.get(ValueFrom) ?? '']) ?? [];
  return Object.fromEntries([...plain, ...secret]);
}

/** @param secrets by ARN. Throws unless the template has exactly one service, with a task definition of its own. */
export function readService(deployment: Deployment, secrets: ReadonlyMap<string, string>): ServiceSpec {
  const [service, ...others] = deployment.list('AWS::ECS::Service');
  if (!service || others.length > 0) throw new Error('The local host runs a template with exactly one ECS service');
  const { TaskDefinition, Cluster, DeploymentConfiguration } = ServiceProperties.parse(service.properties);
  const task = deployment.list('AWS::ECS::TaskDefinition').find(({ ref }) => ref === TaskDefinition);
  const cluster = deployment.list('AWS::ECS::Cluster').find(({ ref }) => ref === Cluster);
  if (!task || !cluster) throw new Error(`The template lacks the task definition or cluster of ${service.name}`);
  const { MinimumHealthyPercent: minimumHealthyPercent, MaximumPercent: maximumPercent } = DeploymentConfiguration;
  return {
    service,
    clusterArn: cluster.arn,
    revision: { arn: task.arn, declared: containerEnvironment(task, secrets) },
    limits: { minimumHealthyPercent, maximumPercent },
  };
}
