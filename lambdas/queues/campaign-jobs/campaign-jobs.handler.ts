import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { CampaignJobsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { CampaignJob } from '../../../shared/contracts/jobs.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { announcingCampaigns } from '../../../shared/domain/campaigns/announcing-campaigns.ts';
import { makeNoteCounts } from '../../../shared/domain/campaigns/note-counts.ts';
import { makeWakeSessions } from '../../../shared/domain/campaigns/wake-sessions.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { queueHandler } from '../../queue/queue-handler.ts';
import { makeRunCampaignJob } from './run-campaign-job.ts';

const config = loadConfig(CampaignJobsEnv);
const doc = documentClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const campaigns = dynamoCampaigns(doc, tables.core);
const directory = instanceDirectory(dynamoInstanceRegistry(doc, config.REGISTRY_TABLE), systemClock);
const calls = httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) });
const sqs = sqsClient();
const publishEvents = eventPublisher(doc, sqs, config);
const announce = makeAnnounceStatus({ campaigns, publishEvents, eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts) });

const runCampaignJob = makeRunCampaignJob({
  campaigns: announcingCampaigns(campaigns, announce),
  outbox: dynamoOutbox(doc, tables),
  messages: dynamoMessages(doc, tables.messages),
  peers: dynamoPeers(doc, tables.messages),
  wake: makeWakeSessions({ sessions: dynamoSessions(doc, tables.core), calls }),
  announce,
  noteCounts: makeNoteCounts({ enqueue: sqsJobs(sqs, config.CAMPAIGN_STATS_QUEUE_URL), clock: systemClock }),
  clock: systemClock,
});

export const handler = queueHandler(CampaignJob, runCampaignJob);
