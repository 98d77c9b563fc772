import type { FleetTask } from './fleet-task.ts';
import type { ServiceDeployment } from './service-deployment.ts';

/** What a deployment may do to the number of tasks, in percent of those wanted. */
export interface DeploymentLimits {
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
}

type Task = Pick<FleetTask, 'deployment' | 'instance' | 'isProtected'>;

export interface ServiceNow<T> {
  readonly desiredCount: number;
  readonly primary: ServiceDeployment;
  readonly tasks: readonly T[]; // in the order of their start, none stopping
}

export interface Step<T> {
  readonly start: number; // of the primary deployment
  readonly stop: readonly T[];
}

/**
 * What brings the service nearer to what is wanted: tasks of the newest deployment come as far as there may be more, old
 * ones go as far as enough healthy ones remain, and surplus ones go, the youngest first. Protected ones stay.
 */
export function nextStep<T extends Task>({ desiredCount, primary, tasks }: ServiceNow<T>, limits: DeploymentLimits): Step<T> {
  const current = tasks.filter(({ deployment }) => deployment === primary);
  const most = Math.max(1, Math.floor((desiredCount * limits.maximumPercent) / 100));
  const start = Math.max(0, Math.min(desiredCount - current.length, most - tasks.length));

  const free = current.filter(({ isProtected }) => !isProtected).toReversed();
  const surplus = free.slice(0, Math.max(0, current.length - desiredCount));
  const healthy = tasks.filter((task) => task.instance && !surplus.includes(task)).length;
  const spare = Math.max(0, healthy - Math.ceil((desiredCount * limits.minimumHealthyPercent) / 100));
  return { start, stop: [...surplus, ...oldOnes({ desiredCount, primary, tasks }, spare)] };
}

/** Old tasks that may go: all that are not healthy, and `spare` of those that are. */
function oldOnes<T extends Task>({ primary, tasks }: ServiceNow<T>, spare: number): readonly T[] {
  const old = tasks.filter(({ deployment, isProtected }) => deployment !== primary && !isProtected);
  return [...old.filter(({ instance }) => !instance), ...old.filter(({ instance }) => instance).slice(0, spare)];
}
