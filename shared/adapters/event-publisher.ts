import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { WebhookDeliveryJob } from '../contracts/jobs.ts';
import { systemClock } from '../domain/clock.ts';
import { makePushEvents } from '../domain/realtime/push-events.ts';
import { publishTo } from '../domain/realtime/publish-to.ts';
import { makePublishEvents, type PublishEvents } from '../domain/webhooks/publish-events.ts';
import { deliveryIdOf } from '../identity/delivery-identity.ts';
import { dynamoDeliveries } from './dynamodb/dynamo-deliveries.ts';
import { dynamoListening } from './dynamodb/dynamo-listening.ts';
import { dynamoWebhooks } from './dynamodb/dynamo-webhooks.ts';
import { sqsJobs } from './sqs/sqs-jobs.ts';
import { sqsPushes } from './sqs/sqs-pushes.ts';

/** Of the environment of every entry that publishes events. */
export interface EventPublisherConfig {
  readonly CORE_TABLE: string;
  readonly WEBHOOK_DELIVERIES_QUEUE_URL: string;
  readonly WEBSOCKET_PUSHES_QUEUE_URL: string;
}

/** Publishes events to the webhooks and the sockets of their workspace. */
export const eventPublisher = (doc: DynamoDBDocumentClient, sqs: SQSClient, config: EventPublisherConfig): PublishEvents =>
  publishTo(
    makePublishEvents({
      webhooks: dynamoWebhooks(doc, config.CORE_TABLE),
      deliveries: dynamoDeliveries(doc, config.CORE_TABLE),
      enqueue: sqsJobs<WebhookDeliveryJob>(sqs, config.WEBHOOK_DELIVERIES_QUEUE_URL),
      deliveryIdOf,
    }),
    makePushEvents({
      listening: dynamoListening(doc, config.CORE_TABLE),
      enqueue: sqsPushes(sqs, config.WEBSOCKET_PUSHES_QUEUE_URL),
      clock: systemClock,
    }),
  );
