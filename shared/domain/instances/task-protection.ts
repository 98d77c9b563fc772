/** Asks ECS to spare the task we run in when it takes tasks away, for fewer are wanted or a new revision is there. */
export interface TaskProtection {
  /** For so long from now; again to prolong it. Rejects if ECS refuses. */
  protect(minutes: number): Promise<void>;
  release(): Promise<void>;
}
