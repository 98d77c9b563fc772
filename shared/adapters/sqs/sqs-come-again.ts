import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ComeAgain } from '../../domain/job-queue.ts';

/** For the deliveries of one batch: never more than SQS takes at once. Rejects when the queue is not reached. */
export const sqsComeAgain =
  (sqs: SQSClient, queueUrl: string): ComeAgain =>
  async (deliveries) => {
    const Entries = deliveries.map(({ receipt, delaySeconds }, i) => ({ Id: String(i), ReceiptHandle: receipt, VisibilityTimeout: delaySeconds }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
  };
