import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import withMiddleware from '@middy/core';
import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoContactImports } from '../../../shared/adapters/dynamodb/dynamo-contact-imports.ts';
import { dynamoHeldMessages } from '../../../shared/adapters/dynamodb/dynamo-held-messages.ts';
import { dynamoMetaSessions } from '../../../shared/adapters/dynamodb/dynamo-meta-sessions.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoMoveQueued } from '../../../shared/adapters/dynamodb/dynamo-move-queued.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { eventPublisher } from '../../../shared/adapters/event-publisher.ts';
import { sqsJobClasses } from '../../../shared/adapters/sqs/sqs-job-classes.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { RequeueWorkEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import type { MetaSendJob, WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { announcingCampaigns } from '../../../shared/domain/campaigns/announcing-campaigns.ts';
import { makeFollowUpCampaign } from '../../../shared/domain/campaigns/follow-up-campaign.ts';
import { makeRecountCampaign } from '../../../shared/domain/campaigns/recount-campaign.ts';
import { makeStartCampaign } from '../../../shared/domain/campaigns/start-campaign.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { makeIsOptedOut } from '../../../shared/domain/contacts/contacts.ts';
import { makeHasTemplate } from '../../../shared/domain/meta/sendable-templates.ts';
import { makeFindCandidates } from '../../../shared/domain/providers/find-candidates.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { tracing } from '../../../shared/observability/tracer.ts';
import { makeFailOver } from './fail-over.ts';
import { makeRequeueMetaSends } from './requeue-meta-sends.ts';
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
const sessions = dynamoSessions(doc, tables.core);
const outcomes = dynamoOutcomes(doc, tables.core);
const enqueueMetaSends = sqsJobs<MetaSendJob>(sqs, config.META_SENDS_QUEUE_URL);
const startCampaign = makeStartCampaign({ campaigns, sessions, outbox, enqueue, clock });
const messages = dynamoMessages(doc, tables.messages);
const recountCampaign = makeRecountCampaign({ campaigns, messages, clock, messageIdOf: campaignMessageIdOf });
const enqueueDeliveries = sqsJobs<WebhookDeliveryJob>(sqs, config.WEBHOOK_DELIVERIES_QUEUE_URL);

const requeueWork = makeRequeueWork({
  campaigns,
  followUpCampaign: makeFollowUpCampaign({ campaigns, outbox, enqueue, startCampaign, recountCampaign, announce, clock }),
  webhookWork: dynamoWebhookWork(doc, tables.core),
  enqueueDeliveries,
  failOver: makeFailOver({
    policies: dynamoSendingPolicies(doc, tables.core),
    sessions,
    outcomes,
    outbox,
    findCandidates: makeFindCandidates({ sessions, outcomes, chats: dynamoChats(doc, tables.messages), hasTemplate: makeHasTemplate(dynamoTemplates(doc, tables.core)) }),
    isOptedOut: makeIsOptedOut(dynamoContacts(doc, tables.core)),
    moveQueued: dynamoMoveQueued(doc, tables.messages),
    chatIdOf,
    enqueue: enqueueMetaSends,
    clock,
  }),
  requeueMetaSends: makeRequeueMetaSends({
    metaSessions: dynamoMetaSessions(doc, tables.core),
    outbox,
    held: dynamoHeldMessages(doc, tables, clock),
    messages,
    enqueue: enqueueMetaSends,
    clock,
  }),
  imports: dynamoContactImports(doc, tables.core),
  enqueueImports: sqsJobs(sqs, config.CONTACT_IMPORTS_QUEUE_URL),
  clock,
});

export const handler = withMiddleware(requeueWork)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .use(tracing);
