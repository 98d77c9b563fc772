import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EnqueuePush } from '../../domain/realtime/push-events.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/** A FIFO queue of jobs for sockets. */
export const sqsPushes =
  (sqs: SQSClient, queueUrl: string): EnqueuePush =>
  async (job, group) => {
    const request = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(job),
      MessageGroupId: group,
      MessageDeduplicationId: job.id,
    });
    await sqs.send(request, { abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  };
