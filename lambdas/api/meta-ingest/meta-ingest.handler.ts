import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoMetaNumbers } from '../../../shared/adapters/dynamodb/dynamo-meta-numbers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { freshSecret } from '../../../shared/adapters/secrets/fresh-secret.ts';
import { sqsSessionEvents } from '../../../shared/adapters/sqs/sqs-session-events.ts';
import { MetaIngestEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { metaIngestRoutes } from '../../../shared/contracts/api/routes/meta-ingest.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { metrics } from '../../../shared/observability/metrics.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeIngestWebhook, makeVerifyWebhook } from './ingest-webhook.ts';

const config = loadConfig(MetaIngestEnv);
const doc = documentClient();

export const handler = httpApi({
  routes: metaIngestRoutes,
  operations: {
    verifyMetaWebhook: makeVerifyWebhook(freshSecret(config.META_VERIFY_TOKEN_ARN)),
    ingestMetaWebhook: makeIngestWebhook({
      readAppSecret: freshSecret(config.META_APP_SECRET_ARN),
      sessions: dynamoSessions(doc, config.CORE_TABLE),
      numbers: dynamoMetaNumbers(doc, config.CORE_TABLE),
      events: sqsSessionEvents(sqsClient(), config.SESSION_EVENTS_QUEUE_URL),
      clock,
      count: (name, value) => {
        if (value > 0) metrics.addMetric(name, MetricUnit.Count, value);
      },
    }),
  },
});
