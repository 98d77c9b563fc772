import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { guardedSender } from '../../../shared/adapters/http/guarded-fetch.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { WebhookDeliveriesEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { queueHandler } from '../../queue/queue-handler.ts';
import { makeDeliverWebhook } from './deliver-webhook.ts';

const config = loadConfig(WebhookDeliveriesEnv);
const doc = documentClient();

const deliverWebhook = makeDeliverWebhook({
  webhooks: dynamoWebhooks(doc, config.CORE_TABLE),
  deliveries: dynamoDeliveries(doc, config.CORE_TABLE),
  send: guardedSender({ allowLoopback: config.BLAZZ_WEBHOOK_ALLOW_LOOPBACK }),
  enqueue: sqsJobs<WebhookDeliveryJob>(sqsClient(), config.WEBHOOK_DELIVERIES_QUEUE_URL),
  clock: systemClock,
  random: Math.random,
});

/** The records of a batch, ten at most, go out side by side. */
export const handler = queueHandler(WebhookDeliveryJob, deliverWebhook);
