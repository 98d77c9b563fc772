import { allStarted } from '../all-started.ts';
import type { LogFile } from '../log-file.ts';
import { StartError } from '../start-error.ts';
import { FleetTask, type ReadyInstance, type TaskOptions } from './fleet-task.ts';
import { nextStep, type DeploymentLimits } from './rollout-step.ts';
import { ServiceDeployment, type TaskRevision } from './service-deployment.ts';
import { TaskSlots, type Slot } from './task-slots.ts';

export interface FleetOptions extends Pick<TaskOptions, 'entry' | 'profiles' | 'environmentOf'> {
  readonly revision: TaskRevision;
  readonly limits: DeploymentLimits;
  readonly stopLimitMs: number;
  readonly openLog: (slot: number) => LogFile;
  /** Called whenever the set of ready instances has changed. */
  readonly onChange: (instances: readonly ReadyInstance[]) => void;
}

/** An ECS service on this machine: keeps `desiredCount` fleet processes running, and replaces them at a deployment. */
export class FleetService {
  readonly #options: FleetOptions;
  readonly #slots: TaskSlots;
  readonly #tasks = new Set<FleetTask>();
  #deployments: readonly ServiceDeployment[]; // the primary one first
  #lastCompleted: ServiceDeployment | undefined;
  #desiredCount = 0;
  #isKeeping = false;
  #again: NodeJS.Timeout | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#slots = new TaskSlots(options.openLog);
    this.#deployments = [new ServiceDeployment(options.revision)];
  }

  get desiredCount(): number {
    return this.#desiredCount;
  }

  get deployments(): readonly ServiceDeployment[] {
    return this.#deployments;
  }

  /** Those that drain included. */
  get tasks(): readonly FleetTask[] {
    return [...this.#tasks];
  }

  /** Of the tasks that are to stay. */
  get instances(): readonly ReadyInstance[] {
    return this.#staying.flatMap(({ instance }) => instance ?? []);
  }

  /** Resolves when all are ready. Throws a StartError, with the last thing it said, if one ends before it is. */
  async start(count: number): Promise<void> {
    this.#desiredCount = count;
    await allStarted(Array.from({ length: count }, () => this.#startFirst()));
    this.#isKeeping = true;
    this.#options.onChange(this.instances);
    this.#step();
  }

  /** Starts further tasks, or lets surplus ones drain; does not wait for either. */
  setDesiredCount(count: number): void {
    this.#desiredCount = count;
    this.#step();
  }

  /** Replaces every task, by default with one like it. */
  deploy(revision: TaskRevision = this.#primary.revision): void {
    this.#deployments = [new ServiceDeployment(revision), ...this.#deployments.filter(({ rollout }) => rollout.state !== 'FAILED')];
    this.#step();
  }

  /** To be called when the protection of a task has changed. */
  look(): void {
    this.#step();
  }

  /** Lets all tasks drain at once. */
  async stop(): Promise<void> {
    this.#isKeeping = false;
    clearTimeout(this.#again);
    await Promise.all(this.tasks.map((task) => task.stop(this.#options.stopLimitMs)));
    await this.#slots.close();
  }

  get #primary(): ServiceDeployment {
    const [primary] = this.#deployments;
    if (!primary) throw new Error('A service has a deployment');
    return primary;
  }

  get #staying(): readonly FleetTask[] {
    return this.tasks.filter(({ isStopping }) => !isStopping);
  }

  #step(): void {
    if (!this.#isKeeping) return;
    const step = nextStep({ desiredCount: this.#desiredCount, primary: this.#primary, tasks: this.#staying }, this.#options.limits);
    for (const task of step.stop) void task.stop(this.#options.stopLimitMs);
    if (step.stop.length > 0) this.#options.onChange(this.instances);
    for (let n = 0; n < step.start; n++) this.#startNext();
    this.#settleDeployments();
  }

  #startNext(): void {
    const slot = this.#slots.take();
    if (typeof slot !== 'number') return void this.#launch(slot);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#step(), slot);
  }

  async #startFirst(): Promise<void> {
    const slot = this.#slots.take();
    if (typeof slot === 'number') throw new Error('Nothing has run yet that could have failed');
    const task = this.#launch(slot);
    if (await task.ready) return;
    await task.ended;
    throw new StartError(`A fleet instance does not start: ${task.lastLine || 'it said nothing'} (see ${slot.log.path})`);
  }

  #launch(slot: Slot): FleetTask {
    const task = new FleetTask({ ...this.#options, deployment: this.#primary, slot });
    this.#tasks.add(task);
    void task.ready.then((isReady) => {
      if (isReady && this.#isKeeping) this.#onReady();
    });
    void task.ended.then(() => this.#onEnded(task));
    return task;
  }

  #onReady(): void {
    this.#options.onChange(this.instances);
    this.#step();
  }

  #onEnded(task: FleetTask): void {
    this.#tasks.delete(task);
    this.#slots.leave(task.slot, task.isStopping ? undefined : Date.now() - task.startedAtMs);
    if (!task.instance && !task.isStopping && task.deployment.noteFailedTask(this.#desiredCount)) this.#rollBack();
    if (!this.#isKeeping) return;
    this.#options.onChange(this.instances);
    this.#step();
  }

  /** To the last revision that worked; without one we go on trying. */
  #rollBack(): void {
    const good = this.#lastCompleted;
    if (!good) return;
    good.rollBackTo();
    this.#deployments = [good, ...this.#deployments.filter((other) => other !== good)];
  }

  /** A deployment is over when all tasks are of it; one without tasks is forgotten, unless it failed: people will ask. */
  #settleDeployments(): void {
    const primary = this.#primary;
    const hasTasks = (deployment: ServiceDeployment): boolean => this.tasks.some((task) => task.deployment === deployment);
    this.#deployments = this.#deployments.filter((each) => each === primary || each.rollout.state === 'FAILED' || hasTasks(each));
    const isThere = this.instances.length === this.#desiredCount && this.tasks.every(({ deployment }) => deployment === primary);
    if (!isThere || primary.rollout.state !== 'IN_PROGRESS') return;
    primary.complete();
    this.#lastCompleted = primary;
  }
}
