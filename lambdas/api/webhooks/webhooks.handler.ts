import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { checkWebhookUrl } from '../../../shared/adapters/http/guarded-fetch.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { WebhooksApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { webhookRoutes } from '../../../shared/contracts/api/routes/webhooks.ts';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeGetDelivery, makeListDeliveries, makeReplayDeliveries, makeRetryDelivery, makeTestWebhook } from './manage-deliveries.ts';
import { makeRotateSecret } from './rotate-secret.ts';
import { makeCreateWebhook, makeDeleteWebhook, makeGetWebhook, makeListWebhooks, makeUpdateWebhook } from './manage-webhooks.ts';

const config = loadConfig(WebhooksApiEnv);
const doc = documentClient();
const webhooks = dynamoWebhooks(doc, config.CORE_TABLE);
const work = dynamoWebhookWork(doc, config.CORE_TABLE);
const manage = { webhooks, work, checkUrl: checkWebhookUrl({ allowLoopback: config.BLAZZ_WEBHOOK_ALLOW_LOOPBACK }) };
const deliver = {
  webhooks,
  work,
  deliveries: dynamoDeliveries(doc, config.CORE_TABLE),
  enqueue: sqsJobs<WebhookDeliveryJob>(sqsClient(), config.WEBHOOK_DELIVERIES_QUEUE_URL),
};

export const handler = httpApi({
  routes: webhookRoutes,
  idempotency: dynamoIdempotency(doc, config.CORE_TABLE, systemClock),
  operations: {
    createWebhook: makeCreateWebhook(manage),
    listWebhooks: makeListWebhooks(manage),
    getWebhook: makeGetWebhook(manage),
    updateWebhook: makeUpdateWebhook(manage),
    deleteWebhook: makeDeleteWebhook(manage),
    rotateSecret: makeRotateSecret({ webhooks }),
    testWebhook: makeTestWebhook(deliver),
    listDeliveries: makeListDeliveries(deliver),
    getDelivery: makeGetDelivery(deliver),
    replayDeliveries: makeReplayDeliveries(deliver),
    retryDelivery: makeRetryDelivery(deliver),
  },
});
