import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const RECEIVE_LIMIT = 10;
const FIFO = { FifoQueue: 'true', DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };

export interface TestQueues {
  readonly endpoint: string;
  /** Ends with the queues. */
  readonly client: SQSClient;
  /** Makes a standard queue and gives its URL. */
  create(name: string): Promise<string>;
  /** Makes a FIFO queue, whose name ends in `.fifo`, as session events want it. */
  createFifo(name: string): Promise<string>;
  /** Takes off all messages that are visible now. */
  drain(queueUrl: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** The environment in which the jobs of every class go to one queue. */
export const allJobsTo = (url: string): Record<string, string> => ({
  JOBS_CRITICAL_QUEUE_URL: url, JOBS_HIGH_QUEUE_URL: url, JOBS_DEFAULT_QUEUE_URL: url, JOBS_LOW_QUEUE_URL: url,
});

/** An SQS of its own, in this process and in memory. */
export async function startQueues(): Promise<TestQueues> {
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS, useQueueUrlAsEndpoint: false });

  async function takeSome(QueueUrl: string): Promise<string[]> {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: RECEIVE_LIMIT, WaitTimeSeconds: 0 }));
    if (Messages.length === 0) return [];
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return Messages.map(({ Body = '' }) => Body);
  }

  return {
    endpoint,
    client: sqs,
    create: async (QueueName) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '',
    createFifo: async (QueueName) => (await sqs.send(new CreateQueueCommand({ QueueName, Attributes: FIFO }))).QueueUrl ?? '',
    async drain(queueUrl) {
      const all: string[] = [];
      for (let some = await takeSome(queueUrl); some.length > 0; some = await takeSome(queueUrl)) all.push(...some);
      return all;
    },
    async stop() {
      sqs.destroy();
      await app.close();
    },
  };
}
