import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, type SQSClient, type Message } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sqsComeAgain } from '../../../shared/adapters/sqs/sqs-come-again.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';

const WAIT_SECONDS = 10;
let queues: TestQueues;
let sqs: SQSClient;

beforeAll(async () => {
  queues = await startQueues();
  sqs = queues.client;
});
afterAll(() => queues.stop());

it('has what was taken from a FIFO queue come again in its order, long before the time-out of the queue', async () => {
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '3600' };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'events.fifo', Attributes }));
  for (const MessageBody of ['first', 'second']) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'a' }));
  const receive = async (): Promise<Message | undefined> =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: WAIT_SECONDS }))).Messages?.[0];

  const taken = await receive();
  await sqsComeAgain(sqs, QueueUrl)([{ receipt: taken?.ReceiptHandle ?? '', delaySeconds: 1 }]);
  expect((await receive())?.Body).toBe('first');
});

it('rejects when the queue is not reached', async () => {
  const comeAgain = sqsComeAgain(sqs, `${queues.endpoint}/000000000000/nowhere.fifo`);
  await expect(comeAgain([{ receipt: 'x', delaySeconds: 1 }])).rejects.toThrow('queue');
});
