import type { SessionEventBatch } from '../../contracts/session-events.ts';

/** Where the fleet puts what its sessions report. In order for each session; sending a batch again changes nothing. */
export interface SessionEventQueue {
  send(batch: SessionEventBatch): Promise<void>;
}
