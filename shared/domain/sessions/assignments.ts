import type { Session } from './session.ts';

/** The right of one instance to act for one session, as long as its instance lease and this token hold. */
export interface Assignment {
  readonly sessionId: string;
  readonly instanceId: string;
  readonly fencingToken: number;
}

/** Which instance runs which session. Losing a race is an outcome (`undefined`, `false`), not an error. */
export interface Assignments {
  /**
   * Gives the session to an instance under token `seenToken + 1`, and counts a migration if another one had it.
   * `undefined`: someone assigned it since we read `seenToken`, or the instance takes no sessions (any more): only one
   * that is `ready` and was not asked to drain does.
   */
  assign(sessionId: string, instanceId: string, seenToken: number): Promise<Assignment | undefined>;
  /** Takes the session off its instance (it was stopped, logged out or deleted) if the assignment still holds. */
  release(assignment: Assignment): Promise<boolean>;
  /** All sessions assigned to an instance. Eventually consistent: confirm with `Sessions.find` before acting. */
  listOf(instanceId: string): Promise<readonly Session[]>;
  /** Sessions that want to run and have no instance. Eventually consistent. */
  listUnassigned(): Promise<readonly Session[]>;
}
