import type { SQSRecord } from 'aws-lambda';
import type { ComeAgain } from '../../shared/domain/job-queue.ts';
import { loggableError } from '../../shared/observability/loggable-error.ts';
import { logger } from '../../shared/observability/logger.ts';

const FIRST_SECONDS = 2;
const LONGEST_SECONDS = 60;

/** Twice as long after each try. */
const pauseAfter = (tries: number): number => Math.min(FIRST_SECONDS * 2 ** (tries - 1), LONGEST_SECONDS);

/**
 * Has the failed rest of a group come again soon: its session says nothing until then. All of it at the same time, or
 * what waits less would overtake what waits more. If that does not work either, the queue's own time-out does, later.
 */
export async function comeAgainSoon(comeAgain: ComeAgain, failed: readonly SQSRecord[]): Promise<void> {
  if (failed.length === 0) return;
  const tries = Math.max(...failed.map(({ attributes }) => Number(attributes.ApproximateReceiveCount) || 1));
  const delaySeconds = pauseAfter(tries);
  await comeAgain(failed.map(({ receiptHandle }) => ({ receipt: receiptHandle, delaySeconds }))).catch((error: unknown) => {
    logger.warn('Failed jobs come again late', { failure: loggableError(error) });
  });
}
