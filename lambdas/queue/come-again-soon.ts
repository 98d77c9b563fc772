import type { SQSRecord } from 'aws-lambda';
import type { ComeAgain, ReturnedDelivery } from '../../shared/domain/job-queue.ts';
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
  const delaySeconds = pauseAfter(Math.max(...failed.map(triesOf)));
  await put(comeAgain, failed.map(({ receiptHandle }) => ({ receipt: receiptHandle, delaySeconds })));
}

/** Has each failed job of a standard queue come again by itself, at some moment of the second half of its pause: what failed together spreads out. */
export async function comeAgainApart(comeAgain: ComeAgain, failed: readonly SQSRecord[], random: () => number): Promise<void> {
  const delayOf = (record: SQSRecord) => Math.round(pauseAfter(triesOf(record)) * (0.5 + random() / 2));
  await put(comeAgain, failed.map((record) => ({ receipt: record.receiptHandle, delaySeconds: delayOf(record) })));
}

const triesOf = ({ attributes }: SQSRecord): number => Number(attributes.ApproximateReceiveCount) || 1;

async function put(comeAgain: ComeAgain, deliveries: readonly ReturnedDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await comeAgain(deliveries).catch((error: unknown) => {
    logger.warn('Failed jobs come again late', { failure: loggableError(error) });
  });
}
