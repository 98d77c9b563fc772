import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import withMiddleware from '@middy/core';
import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoContactImports } from '../../../shared/adapters/dynamodb/dynamo-contact-imports.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { sqsJobClasses } from '../../../shared/adapters/sqs/sqs-job-classes.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { RequeueWorkEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { announcingCampaigns } from '../../../shared/domain/campaigns/announcing-campaigns.ts';
import { makeFollowUpCampaign } from '../../../shared/domain/campaigns/follow-up-campaign.ts';
import { makeRecountCampaign } from '../../../shared/domain/campaigns/recount-campaign.ts';
import { makeStartCampaign } from '../../../shared/domain/campaigns/start-campaign.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { tracing } from '../../../shared/observability/tracer.ts';
import { makeRequeueWork } from './requeue-work.ts';

const config = loadConfig(RequeueWorkEnv);
const doc = documentClient();
const sqs = sqsClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const stored = dynamoCampaigns(doc, tables.core);
const publishEvents = eventPublisher(doc, sqs, config);
const announce = makeAnnounceStatus({ campaigns: stored, publishEvents, eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts) });
const campaigns = announcingCampaigns(stored, announce);
const outbox = dynamoOutbox(doc, tables);
const enqueue = sqsJobClasses(sqs, config);
const startCampaign = makeStartCampaign({ campaigns, sessions: dynamoSessions(doc, tables.core), outbox, enqueue, clock });
const messages = dynamoMessages(doc, tables.messages);
const recountCampaign = makeRecountCampaign({ campaigns, messages, clock, messageIdOf: campaignMessageIdOf });
const enqueueDeliveries = sqsJobs<WebhookDeliveryJob>(sqs, config.WEBHOOK_DELIVERIES_QUEUE_URL);

const requeueWork = makeRequeueWork({
  campaigns,
  followUpCampaign: makeFollowUpCampaign({ campaigns, outbox, enqueue, startCampaign, recountCampaign, announce, clock }),
  webhookWork: dynamoWebhookWork(doc, tables.core),
  enqueueDeliveries,
  imports: dynamoContactImports(doc, tables.core),
  enqueueImports: sqsJobs(sqs, config.CONTACT_IMPORTS_QUEUE_URL),
  clock,
});

export const handler = withMiddleware(requeueWork)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(tracing);
