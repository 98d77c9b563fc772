import type { PushJob } from '../../contracts/realtime.ts';

/** What was published in a workspace of late, in the order of publication; kept for a little longer than it can be replayed. */
export interface EventLog {
  /** A job that is there already stays as it is. */
  append(job: PushJob): Promise<void>;
  /** Jobs published from `fromMs` (Unix ms) on, oldest first; the newest `limit` of them if there are more. */
  readFrom(workspaceId: string, fromMs: number, limit: number): Promise<readonly PushJob[]>;
}
