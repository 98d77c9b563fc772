import { DescribeServicesCommand, DescribeTasksCommand, UpdateServiceCommand, type ECSClient } from '@aws-sdk/client-ecs';
import type { TaskService } from '../../domain/instances/task-service.ts';

const MOST_TASKS_A_CALL = 100;

export interface EcsServiceName {
  readonly cluster: string;
  readonly service: string;
}

/** An ECS service under rolling deployments. Throws if there is none of that name. */
export function ecsTaskService(ecs: ECSClient, { cluster, service }: EcsServiceName): TaskService {
  const startedBy = async (taskArns: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> => {
    const started = new Map<string, string | undefined>();
    for (let from = 0; from < taskArns.length; from += MOST_TASKS_A_CALL) {
      const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns.slice(from, from + MOST_TASKS_A_CALL) }));
      for (const task of tasks) started.set(task.taskArn ?? '', task.startedBy);
    }
    return started;
  };

  return {
    async describe(taskArns) {
      const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
      const [found] = services ?? [];
      if (!found) throw new Error(`There is no ECS service ${service} in cluster ${cluster}`);
      const primary = found.deployments?.find(({ status }) => status === 'PRIMARY');
      const isDeploying = (found.deployments ?? []).some((each) => each !== primary && (each.runningCount ?? 0) > 0);
      const tasks = isDeploying ? await startedBy(taskArns) : new Map<string, string>();
      const outdatedTasks = [...tasks].filter(([, deployment]) => deployment !== primary?.id).map(([arn]) => arn);
      return { desiredCount: found.desiredCount ?? 0, isDeploying, outdatedTasks };
    },

    async setDesiredCount(desiredCount) {
      await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount }));
    },
  };
}
