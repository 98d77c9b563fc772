import type { SQSBatchItemFailure, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { observed, type QueueHandler } from './queue-handler.ts';
import { isDropped, parseRecord } from './record-handler.ts';

/** Does what several jobs of one group ask for. May be called again for the same ones. */
export type ApplyJobs<Job> = (jobs: readonly Job[]) => Promise<void>;

interface Read<Job> {
  readonly record: SQSRecord;
  readonly job: Job;
}

/**
 * Entry of a standard queue whose jobs are better done together: those of a batch that belong to one group are handed
 * over at once, groups side by side. A group that fails comes again as a whole, and only that.
 */
export function groupedHandler<Job>(contract: z.ZodType<Job>, groupOf: (job: Job) => string, apply: ApplyJobs<Job>): QueueHandler {
  return observed(async ({ Records }) => {
    const read = Records.map((record) => readRecord(contract, record));
    const groups = Map.groupBy(read.filter((one) => 'job' in one), ({ job }) => groupOf(job));
    const failed = await Promise.all([...groups.values()].map((group) => failuresOf(group, apply)));
    return { batchItemFailures: [...read.filter((one) => !('job' in one)), ...failed.flat()].map(failureOf) };
  });
}

const failureOf = ({ record }: { readonly record: SQSRecord }): SQSBatchItemFailure => ({ itemIdentifier: record.messageId });

function readRecord<Job>(contract: z.ZodType<Job>, record: SQSRecord): Read<Job> | { readonly record: SQSRecord } {
  try {
    return { record, job: parseRecord(contract, record) };
  } catch (error) {
    isDropped(record, error);
    return { record };
  }
}

async function failuresOf<Job>(group: readonly Read<Job>[], apply: ApplyJobs<Job>): Promise<readonly Read<Job>[]> {
  try {
    await apply(group.map(({ job }) => job));
    return [];
  } catch (error) {
    return group.filter(({ record }) => !isDropped(record, error));
  }
}
