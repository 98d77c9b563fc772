import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoEventLimits } from '../../../shared/adapters/dynamodb/dynamo-event-limits.ts';
import { dynamoSeenSignatures } from '../../../shared/adapters/dynamodb/dynamo-seen-signatures.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { addressList } from '../../../shared/adapters/http/address-list.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsSessionEvents } from '../../../shared/adapters/sqs/sqs-session-events.ts';
import { IngestWebjsApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { ingestWebjsRoutes } from '../../../shared/contracts/api/routes/ingest-webjs.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeIngestBatches } from './ingest-batches.ts';
import { makeIsSessionOf } from './known-sessions.ts';

const config = loadConfig(IngestWebjsApiEnv);
const doc = documentClient();

const ingestWebjs = makeIngestBatches({
  readSecret: secretReader(config.INGEST_SECRET_ARN),
  seen: dynamoSeenSignatures(doc, config.CORE_TABLE),
  limits: dynamoEventLimits(doc, config.CORE_TABLE, systemClock),
  isSessionOf: makeIsSessionOf(dynamoSessions(doc, config.CORE_TABLE), systemClock),
  isTrusted: addressList(config.INGEST_TRUSTED_ADDRESSES),
  queue: sqsSessionEvents(sqsClient(), config.SESSION_EVENTS_QUEUE_URL),
  clock: systemClock,
});

export const handler = httpApi({ routes: ingestWebjsRoutes, operations: { ingestWebjs } });
