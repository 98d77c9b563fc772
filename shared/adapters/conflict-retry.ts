import { StandardRetryStrategy } from '@smithy/core/retry';

/*
 * Two writers met on one item: one of them in a transaction. DynamoDB asks to try again, yet the SDK's standard
 * strategy takes it for the caller's mistake. (A conflict inside our own transaction comes as a cancellation, and is
 * the claim's to handle.)
 */
const CONFLICTS: ReadonlySet<string> = new Set(['TransactionConflictException', 'TransactionInProgressException']);

type Refresh = StandardRetryStrategy['refreshRetryTokenForRetry'];

/** The SDK's standard retries, and conflicts as if they were throttling. */
export class ConflictRetryStrategy extends StandardRetryStrategy {
  override refreshRetryTokenForRetry(...[token, info]: Parameters<Refresh>): ReturnType<Refresh> {
    const name = info.error instanceof Error ? info.error.name : undefined;
    const isConflict = name !== undefined && CONFLICTS.has(name);
    return super.refreshRetryTokenForRetry(token, isConflict ? { ...info, errorType: 'THROTTLING' } : info);
  }
}
