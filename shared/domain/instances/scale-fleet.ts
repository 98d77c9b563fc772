import type { Clock } from '../clock.ts';
import type { Assignments } from '../sessions/assignments.ts';
import { needsInstance } from '../sessions/needs-instance.ts';
import { neededInstances, planFleet, type FleetLimits, type FleetPlan } from './fleet-plan.ts';
import type { Instance } from './instance.ts';
import type { InstanceRegistry } from './instance-registry.ts';
import type { TaskService } from './task-service.ts';

export interface ScaleFleetDeps {
  readonly registry: Pick<InstanceRegistry, 'list' | 'requestDrain'>;
  readonly assignments: Pick<Assignments, 'listOf' | 'listUnassigned'>;
  readonly tasks: TaskService;
  readonly clock: Clock;
}

export interface Scaling extends FleetPlan {
  readonly before: number; // desired count
  readonly waiting: number; // sessions without an instance
}

export type ScaleFleet = () => Promise<Scaling>;

/**
 * Makes the number of tasks follow the sessions. Safe to repeat, and to run at the same time as another: both find the
 * same. Since when there are too many is remembered here alone; to forget it makes scaling in later, never sooner.
 */
export function makeScaleFleet({ registry, assignments, tasks, clock }: ScaleFleetDeps, limits: FleetLimits): ScaleFleet {
  let surplusSince: number | undefined;

  const surplusForMs = (needed: number, desired: number): number => {
    surplusSince = needed < desired ? (surplusSince ?? clock.now()) : undefined;
    return surplusSince === undefined ? 0 : clock.now() - surplusSince;
  };

  const countWaiting = async (instances: readonly Instance[]): Promise<number> => {
    const lost = instances.filter(({ state }) => state === 'lost');
    const lists = await Promise.all([assignments.listUnassigned(), ...lost.map(({ id }) => assignments.listOf(id))]);
    return lists.flat().filter(needsInstance).length;
  };

  return async () => {
    const instances = await registry.list();
    const waiting = await countWaiting(instances);
    const service = await tasks.describe(instances.flatMap(({ taskArn }) => taskArn ?? []));
    const now = { instances, waiting, service };
    const plan = planFleet(now, limits, surplusForMs(neededInstances(now, limits), service.desiredCount));
    if (plan.desiredCount < service.desiredCount) surplusSince = undefined; // one at a time: the next has to wait as long
    if (plan.desiredCount !== service.desiredCount) await tasks.setDesiredCount(plan.desiredCount); // first: one that drains is not to be replaced
    await Promise.all(plan.drain.map((id) => registry.requestDrain(id)));
    return { ...plan, before: service.desiredCount, waiting };
  };
}
