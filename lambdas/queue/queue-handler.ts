import { BatchProcessor, EventType, processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import withMiddleware from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import type { ComeAgain } from '../../shared/domain/job-queue.ts';
import { logger } from '../../shared/observability/logger.ts';
import { metrics } from '../../shared/observability/metrics.ts';
import { tracing } from '../../shared/observability/tracer.ts';
import { comeAgainApart, comeAgainSoon } from './come-again-soon.ts';
import type { NoteTaken } from './note-taken.ts';
import { recordHandler, type ApplyJob } from './record-handler.ts';

export type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
type OnRecord = (record: SQSRecord) => Promise<void>;

const KEEP_ANSWERING = { throwOnFullBatchFailure: false }; // all failed is an answer like any other

export interface StandardQueueOptions {
  /** With it a failed job waits longer after each try; without, for the queue's visibility timeout. */
  readonly comeAgain?: ComeAgain;
  readonly noteTaken?: NoteTaken;
}

/** Entry of a standard queue: all records of a batch at once, the failed ones named in the response. */
export function queueHandler<Job>(contract: z.ZodType<Job>, apply: ApplyJob<Job>, { comeAgain, noteTaken }: StandardQueueOptions = {}): QueueHandler {
  const onRecord = recordHandler(contract, apply);
  return observed(async (event) => {
    await noteTaken?.(event.Records);
    const response = await processPartialResponse(event, onRecord, new BatchProcessor(EventType.SQS), KEEP_ANSWERING);
    if (comeAgain) await comeAgainApart(comeAgain, failedOf(event.Records, response), Math.random);
    return response;
  });
}

/**
 * Entry of a FIFO queue: groups at once, the records of a group in order. After a failure the rest of its group is
 * failed too, so that nothing overtakes it, and comes again soon; other groups go on.
 */
export function fifoHandler<Job>(contract: z.ZodType<Job>, apply: ApplyJob<Job>, comeAgain: ComeAgain): QueueHandler {
  const onRecord = recordHandler(contract, apply);
  return observed(async ({ Records }) => {
    const groups = Object.values(Object.groupBy(Records, ({ attributes }) => attributes.MessageGroupId ?? ''));
    const responses = await Promise.all(groups.map((group) => inOrder(group ?? [], onRecord, comeAgain)));
    return { batchItemFailures: responses.flatMap(({ batchItemFailures }) => batchItemFailures) };
  });
}

async function inOrder(group: SQSRecord[], onRecord: OnRecord, comeAgain: ComeAgain): Promise<SQSBatchResponse> {
  const response = await processPartialResponse({ Records: group }, onRecord, new SqsFifoPartialProcessorAsync(), KEEP_ANSWERING);
  await comeAgainSoon(comeAgain, failedOf(group, response));
  return response;
}

function failedOf(records: readonly SQSRecord[], { batchItemFailures }: SQSBatchResponse): SQSRecord[] {
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return records.filter(({ messageId }) => failed.has(messageId));
}

export const observed = (handle: (event: SQSEvent) => Promise<SQSBatchResponse>): QueueHandler =>
  withMiddleware(handle)
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(tracing)
    .use({ after: publishMetrics, onError: publishMetrics });

/** Only when there are any: the middleware that comes with Metrics warns about each invocation that has none. */
function publishMetrics(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
