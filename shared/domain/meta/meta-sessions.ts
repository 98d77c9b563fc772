/** The sessions on Meta's Cloud API, of all workspaces: for the schedule that looks after their outboxes. */
export interface MetaSessions {
  /** Those that are to run. Eventually consistent. */
  listIds(): Promise<readonly string[]>;
}
