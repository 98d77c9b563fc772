import type { SessionEventBatch } from '../../contracts/session-events.ts';

/** Where the fleet puts what its sessions report. In order for each session; sending a batch again changes nothing. */
export interface SessionEventQueue {
  /**
   * Resolves once the batch is safe. Rejects with a `DomainError` of kind `invalid` if it will never be taken; any other
   * error is worth another try, after `retryAfterSeconds` where the error says so.
   */
  send(batch: SessionEventBatch): Promise<void>;
}
