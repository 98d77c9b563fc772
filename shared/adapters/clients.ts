import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConflictRetryStrategy } from './conflict-retry.ts';

const RETRIES = 5;

/** Region, credentials and endpoints come from the environment, as the SDK reads it. */
export const documentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ retryStrategy: new ConflictRetryStrategy(RETRIES) }), {
    marshallOptions: { removeUndefinedValues: true },
  });

export const ecsClient = (): ECSClient => new ECSClient({ maxAttempts: RETRIES });

/**
 * A queue client that talks to the endpoint in force. The SDK otherwise prefers the host inside the queue URL, which
 * under an endpoint override may be the real AWS.
 */
export function sqsClient(): SQSClient {
  return new SQSClient({ maxAttempts: RETRIES, useQueueUrlAsEndpoint: false });
}

/** Under an endpoint override that is a plain address the SDK puts the bucket into the path by itself. */
export const s3Client = (): S3Client => new S3Client({ maxAttempts: RETRIES });
