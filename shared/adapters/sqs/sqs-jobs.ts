import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { DomainError } from '../../domain/errors.ts';
import type { EnqueueJobs } from '../../domain/job-queue.ts';

const ENTRIES_PER_CALL = 10;
const CALLS_AT_ONCE = 4;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;
const MAX_DELAY_SECONDS = 900; // SQS allows no more

/** A standard queue of JSON jobs (`CampaignJob`, `WebhookDeliveryJob`), sent 10 a call. */
export const sqsJobs =
  <Job>(sqs: SQSClient, queueUrl: string): EnqueueJobs<Job> =>
  async (jobs, { delaySeconds = 0 } = {}) => {
    const limit = pLimit(CALLS_AT_ONCE);
    const delay = Math.min(Math.ceil(delaySeconds), MAX_DELAY_SECONDS);
    const entries = jobs.map((job, i) => ({ Id: String(i), MessageBody: JSON.stringify(job), DelaySeconds: delay }));
    await Promise.all(batches(entries).map((batch) => limit(() => sendBatch(sqs, queueUrl, batch))));
  };

/** A batch call can succeed in part: what the queue refused for reasons of its own is sent again. */
async function sendBatch(sqs: SQSClient, queueUrl: string, entries: SendMessageBatchRequestEntry[]): Promise<void> {
  let open = entries;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: open }));
    if (Failed.length === 0) return;
    const refused = Failed.find(({ SenderFault }) => SenderFault);
    if (refused) throw new Error(`The queue refused a job: ${refused.Code}`);
    open = open.filter(({ Id }) => Failed.some((failure) => failure.Id === Id));
    await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random())));
  }
  throw new DomainError('unavailable', 'queue_busy', 'The queue is busy. Try again shortly.', { retryAfterSeconds: 5 });
}

const batches = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / ENTRIES_PER_CALL) }, (_, i) => all.slice(i * ENTRIES_PER_CALL, (i + 1) * ENTRIES_PER_CALL));
