import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoContactImports } from '../../../shared/adapters/dynamodb/dynamo-contact-imports.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { ContactImportsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { ContactImportJob } from '../../../shared/contracts/jobs.ts';
import { makeAnnounceCompletion } from '../../../shared/domain/campaigns/announce-completion.ts';
import { makeSkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { queueHandler } from '../../queue/queue-handler.ts';
import { makeRunImportSlice } from './run-import-slice.ts';

const config = loadConfig(ContactImportsEnv);
const doc = documentClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const campaigns = dynamoCampaigns(doc, tables.core);
const publish = makePublishEvents({
  webhooks: dynamoWebhooks(doc, tables.core),
  deliveries: dynamoDeliveries(doc, tables.core),
  enqueue: sqsJobs(sqsClient(), config.WEBHOOK_DELIVERIES_QUEUE_URL),
  deliveryIdOf,
});
const announce = makeAnnounceCompletion({ campaigns, publishEvents: publish, eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts) });

const runImportSlice = makeRunImportSlice({
  imports: dynamoContactImports(doc, tables.core),
  contacts: dynamoContacts(doc, tables.core),
  skipOptedOut: makeSkipOptedOut({ optedOutMessages: dynamoOptedOutMessages(doc, tables), campaigns, announce }),
  publish,
});

export const handler = queueHandler(ContactImportJob, runImportSlice);
