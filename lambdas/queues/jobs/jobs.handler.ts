import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTakenNotes } from '../../../shared/adapters/dynamodb/dynamo-taken-notes.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { providerCalls } from '../../../shared/adapters/nudge/provider-calls.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsComeAgain } from '../../../shared/adapters/sqs/sqs-come-again.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { JobsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { Job } from '../../../shared/contracts/jobs.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { announcingCampaigns } from '../../../shared/domain/campaigns/announcing-campaigns.ts';
import { makeNoteCounts } from '../../../shared/domain/campaigns/note-counts.ts';
import { makeWakeSessions } from '../../../shared/domain/campaigns/wake-sessions.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { makeOptedOutAmong } from '../../../shared/domain/contacts/contacts.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { makeNoteTaken } from '../../queue/note-taken.ts';
import { queueHandler } from '../../queue/queue-handler.ts';
import { makeRunCampaignJob } from './run-campaign-job.ts';

const config = loadConfig(JobsEnv);
const doc = documentClient();
const sqs = sqsClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const campaigns = dynamoCampaigns(doc, tables.core);
const directory = instanceDirectory(dynamoInstanceRegistry(doc, config.REGISTRY_TABLE), systemClock);
const calls = providerCalls(httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) }), sqsJobs(sqs, config.META_SENDS_QUEUE_URL));
const sessions = dynamoSessions(doc, tables.core);
const publishEvents = eventPublisher(doc, sqs, config);
const announce = makeAnnounceStatus({ campaigns, publishEvents, eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts) });

const runCampaignJob = makeRunCampaignJob({
  campaigns: announcingCampaigns(campaigns, announce),
  outbox: dynamoOutbox(doc, tables),
  messages: dynamoMessages(doc, tables.messages),
  sessions,
  peers: dynamoPeers(doc, tables.messages),
  optedOutAmong: makeOptedOutAmong(dynamoContacts(doc, tables.core)),
  optedOutMessages: dynamoOptedOutMessages(doc, tables),
  wake: makeWakeSessions({ sessions, calls }),
  announce,
  noteCounts: makeNoteCounts({ enqueue: sqsJobs(sqs, config.CAMPAIGN_STATS_QUEUE_URL), clock: systemClock }),
  clock: systemClock,
});

/** Each class of jobs has this for its consumer, with a queue, a concurrency and failures of its own. */
export const handler = queueHandler(Job, runCampaignJob, {
  comeAgain: sqsComeAgain(sqs, config.OWN_QUEUE_URL),
  noteTaken: makeNoteTaken(dynamoTakenNotes(doc, tables.core), config.OWN_QUEUE_NAME, systemClock),
});
