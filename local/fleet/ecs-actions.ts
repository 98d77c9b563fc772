import * as z from 'zod';
import { AwsJsonError } from '../aws-json/aws-json-error.ts';
import type { Action, Actions } from '../aws-json/aws-json-server.ts';
import type { FleetService } from './fleet-service.ts';
import type { FleetTask } from './fleet-task.ts';
import type { ServiceSpec } from './task-definition.ts';

const MOST_TASKS = 100;
const DescribeTasks = z.object({ tasks: z.array(z.string()) });
const DescribeServices = z.object({ services: z.array(z.string()) });
const UpdateService = z.object({ service: z.string(), desiredCount: z.int().min(0).max(MOST_TASKS).optional() });
const StopTask = z.object({ task: z.string() });

const isNamed = (wanted: string, arn: string): boolean => wanted === arn || arn.endsWith(`/${wanted}`);

/** ECS over the real child processes, as far as scaling and looking need it. */
export function ecsActions({ service, clusterArn }: ServiceSpec, fleet: FleetService, stopLimitMs: number): Actions {
  const taskArn = ({ id }: FleetTask): string => `${clusterArn.replace(':cluster/', ':task/')}/${id}`;

  const viewTask = (task: FleetTask): object => ({
    taskArn: taskArn(task),
    clusterArn,
    group: `service:${service.name}`,
    launchType: 'FARGATE',
    lastStatus: task.instance ? 'RUNNING' : 'PENDING',
    desiredStatus: 'RUNNING',
    startedAt: task.startedAtMs / 1000,
  });

  const viewService = (): object => {
    const runningCount = fleet.instances.length;
    return {
      serviceArn: service.arn,
      serviceName: service.name,
      clusterArn,
      status: 'ACTIVE',
      desiredCount: fleet.desiredCount,
      runningCount,
      pendingCount: fleet.tasks.length - runningCount,
    };
  };

  const requireOurs = (name: string): void => {
    if (!isNamed(name, service.arn)) throw new AwsJsonError('ServiceNotFoundException', 'Service not found.');
  };

  const actions: Readonly<Record<string, Action>> = {
    ListTasks: () => ({ taskArns: fleet.tasks.map(taskArn) }),
    DescribeTasks: (input) => {
      const wanted = DescribeTasks.parse(input).tasks;
      const found = fleet.tasks.filter((task) => wanted.some((name) => isNamed(name, taskArn(task))));
      return { tasks: found.map(viewTask), failures: [] };
    },
    DescribeServices: (input) => {
      const isWanted = DescribeServices.parse(input).services.some((name) => isNamed(name, service.arn));
      return { services: isWanted ? [viewService()] : [], failures: [] };
    },
    UpdateService: (input) => {
      const { service: name, desiredCount } = UpdateService.parse(input);
      requireOurs(name);
      if (desiredCount !== undefined) fleet.setDesiredCount(desiredCount);
      return { service: viewService() };
    },
    StopTask: (input) => {
      const { task: name } = StopTask.parse(input);
      const task = fleet.tasks.find((it) => isNamed(name, taskArn(it)));
      if (!task) throw new AwsJsonError('InvalidParameterException', 'The referenced task was not found.');
      void task.stop(stopLimitMs);
      return { task: viewTask(task) };
    },
  };
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [`AmazonEC2ContainerServiceV20141113.${name}`, action]),
  );
}
