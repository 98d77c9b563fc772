import * as z from 'zod';
import type { Deployment } from '../template/deployment.ts';

/** A queue that feeds a function. */
export interface QueueMapping {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly region: string;
  readonly functionName: string;
  readonly batchSize: number; // at most 10: what one receive gives
  readonly concurrency: number; // batches under way at once
  readonly reportsFailures: boolean; // the function says which messages of a batch failed
}

const MappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number().default(10),
  Enabled: z.boolean().default(true),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.number().optional() }).default({}),
});

const MOST_PER_RECEIVE = 10;
const DEFAULT_CONCURRENCY = 5; // what Lambda starts with
const MOST_CONCURRENCY = 10;

/** The event source mappings of the template whose source is one of its queues. */
export function queueMappings(deployment: Deployment): readonly QueueMapping[] {
  const queues = new Map(deployment.list('AWS::SQS::Queue').map((queue) => [queue.arn, queue]));
  return deployment.list('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => {
    const mapping = MappingProperties.parse(properties);
    const queue = queues.get(mapping.EventSourceArn);
    if (!queue || !mapping.Enabled) return [];
    return {
      queueUrl: queue.ref,
      queueArn: queue.arn,
      region: deployment.region,
      functionName: mapping.FunctionName,
      batchSize: Math.min(mapping.BatchSize, MOST_PER_RECEIVE),
      concurrency: Math.min(mapping.ScalingConfig.MaximumConcurrency ?? DEFAULT_CONCURRENCY, MOST_CONCURRENCY),
      reportsFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    };
  });
}
