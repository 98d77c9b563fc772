import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { sqsComeAgain } from '../../../shared/adapters/sqs/sqs-come-again.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { SessionEventsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { makeAnnounceCompletion } from '../../../shared/domain/campaigns/announce-completion.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { CONSENT_WORDS, makeConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import { makeSkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { fifoHandler } from '../../queue/queue-handler.ts';
import { makeApplyBatch } from './apply-batch.ts';

const config = loadConfig(SessionEventsEnv);
const doc = documentClient();
const sqs = sqsClient();

const campaigns = dynamoCampaigns(doc, config.CORE_TABLE);
const publish = makePublishEvents({
  webhooks: dynamoWebhooks(doc, config.CORE_TABLE),
  deliveries: dynamoDeliveries(doc, config.CORE_TABLE),
  enqueue: sqsJobs(sqs, config.WEBHOOK_DELIVERIES_QUEUE_URL),
  deliveryIdOf,
});
const eventIdOf = (atMs: number, ...parts: readonly string[]) => derivedId('evt', atMs, ...parts);
const announce = makeAnnounceCompletion({ campaigns, publishEvents: publish, eventIdOf });
const optedOutMessages = dynamoOptedOutMessages(doc, { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE });

const applyBatch = makeApplyBatch({
  sessions: dynamoSessions(doc, config.CORE_TABLE),
  messages: dynamoMessages(doc, config.MESSAGES_TABLE),
  chats: dynamoChats(doc, config.MESSAGES_TABLE),
  peers: dynamoPeers(doc, config.MESSAGES_TABLE),
  campaigns,
  publish,
  contacts: dynamoContacts(doc, config.CORE_TABLE),
  consentOf: makeConsentOf({ ...CONSENT_WORDS, stop: [...CONSENT_WORDS.stop, ...config.STOP_WORDS] }),
  skipOptedOut: makeSkipOptedOut({ optedOutMessages, campaigns, announce }),
  announce,
  clock: systemClock,
});

export const handler = fifoHandler(SessionEventBatch, applyBatch, sqsComeAgain(sqs, config.SESSION_EVENTS_QUEUE_URL));
