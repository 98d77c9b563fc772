import { documentClient, mediaClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoArrivals } from '../../../shared/adapters/dynamodb/dynamo-arrivals.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoChatNumbers } from '../../../shared/adapters/dynamodb/dynamo-chat-numbers.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { s3MediaStore } from '../../../shared/adapters/s3/s3-media-store.ts';
import { sqsComeAgain } from '../../../shared/adapters/sqs/sqs-come-again.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { SessionEventsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { makeNoteCounts } from '../../../shared/domain/campaigns/note-counts.ts';
import { DAY_MS, systemClock } from '../../../shared/domain/clock.ts';
import { CONSENT_WORDS, makeConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import { makeSkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import { makeAddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { makeNumberEvents } from '../../../shared/domain/webhooks/number-events.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { fifoHandler } from '../../queue/queue-handler.ts';
import { makeApplyBatch } from './apply-batch.ts';
import { makeCountOutcomes } from './count-outcomes.ts';
import { reviewTemplates } from './review-templates.ts';
import { numberArrivals } from './number-arrivals.ts';

const config = loadConfig(SessionEventsEnv);
const doc = documentClient();
const sqs = sqsClient();

const campaigns = dynamoCampaigns(doc, config.CORE_TABLE);
const publish = eventPublisher(doc, sqs, config);
const eventIdOf = (atMs: number, ...parts: readonly string[]) => derivedId('evt', atMs, ...parts);
const announce = makeAnnounceStatus({ campaigns, publishEvents: publish, eventIdOf });
const optedOutMessages = dynamoOptedOutMessages(doc, { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE });

const applyBatch = makeApplyBatch({
  sessions: dynamoSessions(doc, config.CORE_TABLE),
  messages: dynamoMessages(doc, config.MESSAGES_TABLE),
  chats: dynamoChats(doc, config.MESSAGES_TABLE),
  peers: dynamoPeers(doc, config.MESSAGES_TABLE),
  files: dynamoMediaFiles(doc, config.CORE_TABLE),
  addMediaLink: makeAddMediaLink(s3MediaStore(mediaClient(), config.MEDIA_BUCKET)),
  mediaRetentionMs: config.MEDIA_RETENTION_DAYS * DAY_MS,
  campaigns,
  numberEvents: makeNumberEvents(dynamoChatNumbers(doc, config.MESSAGES_TABLE)),
  countOutcomes: makeCountOutcomes({ policies: dynamoSendingPolicies(doc, config.CORE_TABLE), outcomes: dynamoOutcomes(doc, config.CORE_TABLE), clock: systemClock }),
  publish,
  contacts: dynamoContacts(doc, config.CORE_TABLE),
  consentOf: makeConsentOf({ ...CONSENT_WORDS, stop: [...CONSENT_WORDS.stop, ...config.STOP_WORDS] }),
  skipOptedOut: makeSkipOptedOut({ optedOutMessages, campaigns, announce }),
  announce,
  enqueueMeta: sqsJobs(sqs, config.META_SENDS_QUEUE_URL),
  noteCounts: makeNoteCounts({ enqueue: sqsJobs(sqs, config.CAMPAIGN_STATS_QUEUE_URL), clock: systemClock }),
  clock: systemClock,
});

const withTemplates = reviewTemplates({ templates: dynamoTemplates(doc, config.CORE_TABLE), publish }, applyBatch);
const applyInOrder = numberArrivals(dynamoArrivals(doc, config.CORE_TABLE), withTemplates);

export const handler = fifoHandler(SessionEventBatch, applyInOrder, sqsComeAgain(sqs, config.SESSION_EVENTS_QUEUE_URL));
