import * as z from 'zod';
import { AwsJsonError } from '../aws-json/aws-json-error.ts';
import type { Action, Actions } from '../aws-json/aws-json-server.ts';
import { taskArnOf, viewService, viewTask } from './ecs-views.ts';
import type { FleetService } from './fleet-service.ts';
import type { TaskRevision } from './service-deployment.ts';
import type { ServiceSpec } from './task-definition.ts';

const MOST_TASKS = 100;
const DescribeTasks = z.object({ tasks: z.array(z.string()) });
const DescribeServices = z.object({ services: z.array(z.string()) });
const UpdateService = z.object({
  service: z.string(),
  desiredCount: z.int().min(0).max(MOST_TASKS).optional(),
  taskDefinition: z.string().optional(),
  forceNewDeployment: z.boolean().default(false),
});
const StopTask = z.object({ task: z.string() });
const RegisterTaskDefinition = z.object({
  family: z.string(),
  containerDefinitions: z.array(z.object({ environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]) })).min(1),
});

const isNamed = (wanted: string, arn: string): boolean => wanted === arn || arn.endsWith(`/${wanted}`);

/** ECS over the real child processes, as far as deploying, scaling and looking need it. */
export function ecsActions(spec: ServiceSpec, fleet: FleetService, stopLimitMs: number): Actions {
  const { service, revision } = spec;
  const revisions: TaskRevision[] = [revision];

  const requireOurs = (name: string): void => {
    if (!isNamed(name, service.arn)) throw new AwsJsonError('ServiceNotFoundException', 'Service not found.');
  };
  const requireRevision = (name: string): TaskRevision => {
    const found = revisions.find(({ arn }) => isNamed(name, arn));
    if (!found) throw new AwsJsonError('ClientException', 'TaskDefinition not found.');
    return found;
  };
  const requireTask = (name: string) => {
    const task = fleet.tasks.find((it) => isNamed(name, taskArnOf(spec, it)));
    if (!task) throw new AwsJsonError('InvalidParameterException', 'The referenced task was not found.');
    return task;
  };

  const actions: Readonly<Record<string, Action>> = {
    ListTasks: () => ({ taskArns: fleet.tasks.map((task) => taskArnOf(spec, task)) }),
    DescribeTasks: (input) => {
      const wanted = DescribeTasks.parse(input).tasks;
      const found = fleet.tasks.filter((task) => wanted.some((name) => isNamed(name, taskArnOf(spec, task))));
      return { tasks: found.map((task) => viewTask(spec, task)), failures: [] };
    },
    ListServices: () => ({ serviceArns: [service.arn] }),
    DescribeServices: (input) => {
      const isWanted = DescribeServices.parse(input).services.some((name) => isNamed(name, service.arn));
      return { services: isWanted ? [viewService(spec, fleet)] : [], failures: [] };
    },
    UpdateService: (input) => {
      const { service: name, desiredCount, taskDefinition, forceNewDeployment } = UpdateService.parse(input);
      requireOurs(name);
      const wanted = taskDefinition === undefined ? undefined : requireRevision(taskDefinition);
      if (desiredCount !== undefined) fleet.setDesiredCount(desiredCount);
      if (wanted || forceNewDeployment) fleet.deploy(wanted);
      return { service: viewService(spec, fleet) };
    },
    StopTask: (input) => {
      const task = requireTask(StopTask.parse(input).task);
      void task.stop(stopLimitMs);
      fleet.look();
      return { task: viewTask(spec, task) };
    },
    RegisterTaskDefinition: (input) => {
      const { family, containerDefinitions } = RegisterTaskDefinition.parse(input);
      const arn = `${revision.arn.replace(/task-definition\/.*$/, '')}task-definition/${family}:${revisions.length + 1}`;
      const declared = Object.fromEntries(containerDefinitions[0]?.environment.map(({ name, value }) => [name, value]) ?? []);
      revisions.push({ arn, declared });
      return { taskDefinition: { taskDefinitionArn: arn, family, revision: revisions.length, containerDefinitions, status: 'ACTIVE' } };
    },
  };
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [`AmazonEC2ContainerServiceV20141113.${name}`, action]),
  );
}
