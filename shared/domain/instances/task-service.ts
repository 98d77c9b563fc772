/** The service that keeps the tasks of the fleet running, as it is now. */
export interface TaskServiceState {
  readonly desiredCount: number;
  /** A new revision is being rolled out. */
  readonly isDeploying: boolean;
  /** Which of the tasks asked for are of a revision that is being replaced. */
  readonly outdatedTasks: readonly string[]; // ARNs
}

export interface TaskService {
  describe(taskArns: readonly string[]): Promise<TaskServiceState>;
  setDesiredCount(count: number): Promise<void>;
}
