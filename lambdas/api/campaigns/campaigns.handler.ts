import { documentClient, mediaClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { providerCalls } from '../../../shared/adapters/nudge/provider-calls.ts';
import { s3MediaStore } from '../../../shared/adapters/s3/s3-media-store.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { sqsJobClasses } from '../../../shared/adapters/sqs/sqs-job-classes.ts';
import { CampaignsApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { campaignRoutes } from '../../../shared/contracts/api/routes/campaigns.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { announcingCampaigns } from '../../../shared/domain/campaigns/announcing-campaigns.ts';
import { makeStartCampaign } from '../../../shared/domain/campaigns/start-campaign.ts';
import { makeWakeSessions } from '../../../shared/domain/campaigns/wake-sessions.ts';
import { DAY_MS, systemClock } from '../../../shared/domain/clock.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { makeAttachMedia } from '../../../shared/domain/media/attach-media.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeAddRecipients } from './add-recipients.ts';
import { campaignStep } from './campaign-step.ts';
import { makeCancel, makePause, makeResume, makeRetry, makeStart } from './control-campaign.ts';
import { makeCreateCampaign } from './create-campaign.ts';
import { makeListRecipients } from './list-recipients.ts';
import { makeGetCampaign, makeListCampaigns } from './read-campaigns.ts';

const config = loadConfig(CampaignsApiEnv);
const doc = documentClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const clock = systemClock;
const sqs = sqsClient();
const stored = dynamoCampaigns(doc, tables.core);
const publishEvents = eventPublisher(doc, sqs, config);
const announce = makeAnnounceStatus({ campaigns: stored, publishEvents, eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts) });
const campaigns = announcingCampaigns(stored, announce);
const sessions = dynamoSessions(doc, tables.core);
const outbox = dynamoOutbox(doc, tables);
const messages = dynamoMessages(doc, tables.messages);
const enqueue = sqsJobClasses(sqs, config);
const directory = instanceDirectory(dynamoInstanceRegistry(doc, config.REGISTRY_TABLE), clock);
const calls = providerCalls(httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) }), sqsJobs(sqs, config.META_SENDS_QUEUE_URL));
const wake = makeWakeSessions({ sessions, calls });
const startCampaign = makeStartCampaign({ campaigns, sessions, outbox, enqueue, clock });
const attachMedia = makeAttachMedia({
  files: dynamoMediaFiles(doc, tables.core), store: s3MediaStore(mediaClient(), config.MEDIA_BUCKET), messages,
  now: () => clock.now(), retentionMs: config.MEDIA_RETENTION_DAYS * DAY_MS,
});
const control = { campaigns, sessions, outbox, enqueue, startCampaign, wake };

export const handler = httpApi({
  routes: campaignRoutes,
  idempotency: dynamoIdempotency(doc, tables.core, clock),
  operations: {
    createCampaign: makeCreateCampaign({ campaigns, sessions, attachMedia, allowUnlimitedPacing: config.ALLOW_UNLIMITED_PACING }),
    listCampaigns: makeListCampaigns({ campaigns }),
    getCampaign: makeGetCampaign({ campaigns }),
    addRecipients: makeAddRecipients({ campaigns }),
    listRecipients: makeListRecipients({ campaigns, messages }),
    startCampaign: campaignStep(campaigns, makeStart(control)),
    pauseCampaign: campaignStep(campaigns, makePause(control)),
    resumeCampaign: campaignStep(campaigns, makeResume(control)),
    cancelCampaign: campaignStep(campaigns, makeCancel(control)),
    retryCampaign: campaignStep(campaigns, makeRetry(control)),
  },
});
