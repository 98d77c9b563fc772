import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { DomainError, type ErrorKind } from '../../shared/domain/errors.ts';
import { mendHalves } from '../../shared/domain/session-events/queue-text.ts';
import { loggableError } from '../../shared/observability/loggable-error.ts';
import { logger } from '../../shared/observability/logger.ts';
import { metrics } from '../../shared/observability/metrics.ts';

/** What a job that was refused comes to. Retried ones end on the dead-letter queue if nothing changes. */
const ON_REFUSAL = {
  invalid: 'drop',
  forbidden: 'drop',
  'not-found': 'drop',
  conflict: 'retry',
  throttled: 'retry',
  unavailable: 'retry',
} as const satisfies Record<ErrorKind, 'retry' | 'drop'>;

/** How a job came. `isRepeat`: it was given out before, so that anything of it may have been done already. */
export interface JobDelivery {
  readonly isRepeat: boolean;
}

/** Does what one job asks for. May be called again for the same job. */
export type ApplyJob<Job> = (job: Job, delivery: JobDelivery) => Promise<void>;

/** Parses a record and applies it. Throws what is worth a retry, and for a record nobody can read. */
export const recordHandler = <Job>(contract: z.ZodType<Job>, apply: ApplyJob<Job>) =>
  async (record: SQSRecord): Promise<void> => {
    try {
      await apply(parseRecord(contract, record), { isRepeat: Number(record.attributes.ApproximateReceiveCount) > 1 });
    } catch (error) {
      if (!isDropped(record, error)) throw error;
    }
  };

/** Notes the failure, and says whether it is one that trying again would not mend. */
export function isDropped(record: SQSRecord, error: unknown): boolean {
  const dropped = error instanceof DomainError && ON_REFUSAL[error.kind] === 'drop';
  noteFailure(record, error, dropped);
  return dropped;
}

/** Throws a TypeError, which quotes nothing of it, for a record nobody can read. */
export function parseRecord<Job>(contract: z.ZodType<Job>, { body }: SQSRecord): Job {
  const result = contract.safeParse(parseJson(body));
  if (result.success) return result.data;
  throw new TypeError(`Unreadable job, wrong at: ${result.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
}

/**
 * Its own error, like those of the contract, would quote what was sent into the log. People can write half a character,
 * which no table takes: it would come again and again, and hold up all behind it.
 */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body, mendHalves);
  } catch {
    throw new TypeError('Unreadable job, not JSON');
  }
}

function noteFailure({ messageId, attributes }: SQSRecord, error: unknown, dropped: boolean): void {
  const about = { messageId, receiveCount: attributes.ApproximateReceiveCount, failure: loggableError(error) };
  metrics.addMetric(dropped ? 'JobDropped' : 'JobFailed', MetricUnit.Count, 1);
  if (dropped) logger.warn('Job dropped', about);
  else logger.error('Job failed', about);
}
