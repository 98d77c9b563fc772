import {
  DeleteMessageBatchCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageBatchCommand, type Message, type SendMessageBatchRequestEntry, type SQSClient,
} from '@aws-sdk/client-sqs';
import { DomainError } from '../../domain/errors.ts';
import type { QueueState, Redriven, WorkQueues } from '../../domain/queues/work-queues.ts';

export interface WorkQueueUrls {
  readonly name: string;
  readonly url: string;
  readonly deadUrl: string;
}

const ENTRIES_PER_CALL = 10;
const COUNTS = { waiting: 'ApproximateNumberOfMessages', delayed: 'ApproximateNumberOfMessagesDelayed', inFlight: 'ApproximateNumberOfMessagesNotVisible' } as const;

/** SQS's own move task (StartMessageMoveTask) is missing in emulators, and takes no limit; so messages are moved one call of ten at a time. */
export function sqsWorkQueues(sqs: SQSClient, queues: readonly WorkQueueUrls[]): WorkQueues {
  const count = async (QueueUrl: string): Promise<Omit<QueueState, 'name' | 'dead'>> => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: Object.values(COUNTS) }));
    const of = (name: keyof typeof COUNTS): number => Number(Attributes[COUNTS[name]] ?? 0);
    return { waiting: of('waiting'), delayed: of('delayed'), inFlight: of('inFlight') };
  };

  const stateOf = async ({ name, url, deadUrl }: WorkQueueUrls): Promise<QueueState> => {
    const [own, dead] = await Promise.all([count(url), count(deadUrl)]);
    return { name, ...own, dead: dead.waiting + dead.inFlight + dead.delayed };
  };

  return {
    list: () => Promise.all(queues.map(stateOf)),

    async redrive(name, most) {
      const queue = queues.find((each) => each.name === name);
      return queue && moveAll(sqs, queue, most);
    },
  };
}

async function moveAll(sqs: SQSClient, queue: WorkQueueUrls, most: number): Promise<Redriven> {
  let moved = 0;
  while (moved < most) {
    const messages = await receive(sqs, queue.deadUrl, Math.min(ENTRIES_PER_CALL, most - moved));
    if (messages.length === 0) return { moved, isEmpty: true };
    await send(sqs, queue.url, messages);
    const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.deadUrl, Entries }));
    moved += messages.length;
  }
  return { moved, isEmpty: false };
}

async function receive(sqs: SQSClient, QueueUrl: string, MaxNumberOfMessages: number): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, WaitTimeSeconds: 1, MessageSystemAttributeNames: ['MessageGroupId'], MessageAttributeNames: ['All'] }),
  );
  return Messages;
}

async function send(sqs: SQSClient, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: messages.map(entryOf) }));
  if (Failed.length === 0) return;
  throw new DomainError('unavailable', 'queue_busy', 'Not all could be moved. What was stays where it is now; call again for the rest.', { retryAfterSeconds: 5 });
}

/** In a FIFO queue: in its group as before, and once, should this be done twice. */
const entryOf = ({ MessageId, Body, Attributes = {}, MessageAttributes }: Message, i: number): SendMessageBatchRequestEntry => ({
  Id: String(i),
  MessageBody: Body,
  ...(MessageAttributes && { MessageAttributes }),
  ...(Attributes.MessageGroupId !== undefined && { MessageGroupId: Attributes.MessageGroupId, MessageDeduplicationId: `redriven-${MessageId}` }),
});
