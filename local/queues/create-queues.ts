import * as z from 'zod';
import type { Deployment, Resource } from '../template/deployment.ts';
import type { QueueServer } from './queue-server.ts';

/** Properties of `AWS::SQS::Queue` that are attributes of the same name. Encryption is left to AWS. */
const ATTRIBUTES = [
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'RedrivePolicy',
] as const;

const attributesOf = ({ properties }: Resource): Record<string, string> =>
  Object.fromEntries(
    ATTRIBUTES.filter((name) => properties[name] !== undefined && properties[name] !== false).map((name) => {
      const value = properties[name];
      return [name, typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );

/** Makes the queues of the template. */
export async function createQueues(deployment: Deployment, server: QueueServer): Promise<void> {
  for (const queue of deployment.list('AWS::SQS::Queue')) {
    await server.call('CreateQueue', { QueueName: queue.name, Attributes: attributesOf(queue) }, z.unknown());
  }
}
