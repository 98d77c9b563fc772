import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { guardedSender } from '../../../shared/adapters/http/guarded-fetch.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { WebhookDeliveriesEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { groupedHandler } from '../../queue/grouped-handler.ts';
import { makeDeliverWebhooks } from './deliver-webhooks.ts';

const config = loadConfig(WebhookDeliveriesEnv);
const doc = documentClient();
const sqs = sqsClient();

const deliverWebhooks = makeDeliverWebhooks({
  webhooks: dynamoWebhooks(doc, config.CORE_TABLE),
  deliveries: dynamoDeliveries(doc, config.CORE_TABLE),
  work: dynamoWebhookWork(doc, config.CORE_TABLE),
  send: guardedSender({ allowLoopback: config.BLAZZ_WEBHOOK_ALLOW_LOOPBACK }),
  enqueue: sqsJobs<WebhookDeliveryJob>(sqs, config.WEBHOOK_DELIVERIES_QUEUE_URL),
  publish: eventPublisher(doc, sqs, config),
  clock: systemClock,
  random: Math.random,
});

export const handler = groupedHandler(WebhookDeliveryJob, ({ webhookId }) => webhookId, deliverWebhooks);
