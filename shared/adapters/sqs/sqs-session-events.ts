import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { queueText } from '../../domain/session-events/queue-text.ts';
import type { SessionEventQueue } from '../../domain/session-events/session-event-queue.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/** One FIFO group a session; a batch sent again within five minutes is dropped by the queue itself. */
export const sqsSessionEvents = (client: SQSClient, queueUrl: string): SessionEventQueue => ({
  async send(batch) {
    const request = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: queueText(batch),
      MessageGroupId: batch.sessionId,
      MessageDeduplicationId: `${batch.sessionId}:${batch.sequence}`,
    });
    await client.send(request, { abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  },
});
