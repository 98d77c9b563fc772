import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { guardedSender } from '../../../shared/adapters/http/guarded-fetch.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { WebhookDeliveriesEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { groupedHandler } from '../../queue/grouped-handler.ts';
import { makeDeliverWebhooks } from './deliver-webhooks.ts';

const config = loadConfig(WebhookDeliveriesEnv);
const doc = documentClient();
const webhooks = dynamoWebhooks(doc, config.CORE_TABLE);
const deliveries = dynamoDeliveries(doc, config.CORE_TABLE);
const enqueue = sqsJobs<WebhookDeliveryJob>(sqsClient(), config.WEBHOOK_DELIVERIES_QUEUE_URL);

const deliverWebhooks = makeDeliverWebhooks({
  webhooks,
  deliveries,
  work: dynamoWebhookWork(doc, config.CORE_TABLE),
  send: guardedSender({ allowLoopback: config.BLAZZ_WEBHOOK_ALLOW_LOOPBACK }),
  enqueue,
  publish: makePublishEvents({ webhooks, deliveries, enqueue, deliveryIdOf }),
  clock: systemClock,
  random: Math.random,
});

export const handler = groupedHandler(WebhookDeliveryJob, ({ webhookId }) => webhookId, deliverWebhooks);
