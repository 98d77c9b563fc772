/** What the tasks of a deployment run with. */
export interface TaskRevision {
  readonly arn: string; // of the task definition
  readonly declared: Readonly<Record<string, string>>; // the container's environment
}

type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

/** As ECS: half of the tasks that are wanted, but no fewer than this. */
const LEAST_FAILURES = 3;

let counter = 0;

/** One rollout of a revision: new tasks come before old ones go, and a revision that does not start is given up. */
export class ServiceDeployment {
  readonly id: string;
  readonly revision: TaskRevision;
  readonly createdAtMs = Date.now();
  #updatedAtMs = Date.now();
  #failedTasks = 0;
  #state: RolloutState = 'IN_PROGRESS';
  #reason = '';

  constructor(revision: TaskRevision) {
    counter += 1;
    this.id = `ecs-svc/${String(Date.now())}${String(counter).padStart(6, '0')}`;
    this.revision = revision;
    this.#enter('IN_PROGRESS', `ECS deployment ${this.id} in progress.`);
  }

  get rollout(): { readonly state: RolloutState; readonly reason: string; readonly failedTasks: number; readonly updatedAtMs: number } {
    return { state: this.#state, reason: this.#reason, failedTasks: this.#failedTasks, updatedAtMs: this.#updatedAtMs };
  }

  complete(): void {
    this.#enter('COMPLETED', `ECS deployment ${this.id} completed.`);
  }

  /** Its tasks are wanted again, in place of those of one that failed. */
  rollBackTo(): void {
    this.#enter('IN_PROGRESS', `ECS deployment circuit breaker: rolling back to deploymentId ${this.id}.`);
  }

  /** A task of it did not start. `true`: that was one too many, and the rollout has failed. */
  noteFailedTask(desiredCount: number): boolean {
    this.#failedTasks += 1;
    const isOver = this.#state === 'IN_PROGRESS' && this.#failedTasks >= Math.max(LEAST_FAILURES, Math.ceil(desiredCount / 2));
    if (isOver) this.#enter('FAILED', 'ECS deployment circuit breaker: tasks failed to start.');
    return isOver;
  }

  #enter(state: RolloutState, reason: string): void {
    [this.#state, this.#reason, this.#updatedAtMs] = [state, reason, Date.now()];
  }
}
