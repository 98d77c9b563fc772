import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { providerCalls } from '../../../shared/adapters/nudge/provider-calls.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { CampaignJobsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { CampaignJob, type WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { makeAnnounceCompletion } from '../../../shared/domain/campaigns/announce-completion.ts';
import { makeWakeSessions } from '../../../shared/domain/campaigns/wake-sessions.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { makeOptedOutAmong } from '../../../shared/domain/contacts/contacts.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { queueHandler } from '../../queue/queue-handler.ts';
import { makeRunCampaignJob } from './run-campaign-job.ts';

const config = loadConfig(CampaignJobsEnv);
const doc = documentClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const campaigns = dynamoCampaigns(doc, tables.core);
const directory = instanceDirectory(dynamoInstanceRegistry(doc, config.REGISTRY_TABLE), systemClock);
const calls = providerCalls(httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) }), sqsJobs(sqsClient(), config.META_SENDS_QUEUE_URL));
const publishEvents = makePublishEvents({
  webhooks: dynamoWebhooks(doc, tables.core),
  deliveries: dynamoDeliveries(doc, tables.core),
  enqueue: sqsJobs<WebhookDeliveryJob>(sqsClient(), config.WEBHOOK_DELIVERIES_QUEUE_URL),
  deliveryIdOf,
});

const runCampaignJob = makeRunCampaignJob({
  campaigns,
  outbox: dynamoOutbox(doc, tables),
  messages: dynamoMessages(doc, tables.messages),
  peers: dynamoPeers(doc, tables.messages),
  optedOutAmong: makeOptedOutAmong(dynamoContacts(doc, tables.core)),
  optedOutMessages: dynamoOptedOutMessages(doc, tables),
  wake: makeWakeSessions({ sessions: dynamoSessions(doc, tables.core), calls }),
  announce: makeAnnounceCompletion({ campaigns, publishEvents, eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts) }),
  clock: systemClock,
});

export const handler = queueHandler(CampaignJob, runCampaignJob);
