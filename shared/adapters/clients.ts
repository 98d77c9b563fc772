import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConflictRetryStrategy } from './conflict-retry.ts';

const RETRIES = 5;

/**
 * All attempts together fit into the 30 s of a function: one that is cut off by its own time limit leaves its batch
 * hidden for the queue's visibility timeout, one that fails in time puts it back at once. The SDK waits for ever by itself.
 */
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 4_000, throwOnRequestTimeout: true };

/** Region, credentials and endpoints come from the environment, as the SDK reads it. */
export const documentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler, retryStrategy: new ConflictRetryStrategy(RETRIES) }), {
    // a map with a key `constructor` (somebody's column of that name) looks like an instance of a class to the marshaller
    marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true },
  });

export const ecsClient = (): ECSClient => new ECSClient({ requestHandler, maxAttempts: RETRIES });

/**
 * A queue client that talks to the endpoint in force. The SDK otherwise prefers the host inside the queue URL, which
 * under an endpoint override may be the real AWS.
 */
export function sqsClient(): SQSClient {
  return new SQSClient({ requestHandler, maxAttempts: RETRIES, useQueueUrlAsEndpoint: false });
}

/** Objects may be large, so only the connection is bounded. Under an endpoint override that is a plain address the SDK puts the bucket into the path by itself. */
export const s3Client = (): S3Client => new S3Client({ maxAttempts: RETRIES, requestHandler: { connectionTimeout: requestHandler.connectionTimeout } });

/** For files that pass as streams and links that are signed: both know no checksum of the bytes but the one they are given. */
export const mediaClient = (): S3Client =>
  new S3Client({ maxAttempts: RETRIES, requestHandler: { connectionTimeout: requestHandler.connectionTimeout }, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
