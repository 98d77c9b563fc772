import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContactImports } from '../../../shared/adapters/dynamodb/dynamo-contact-imports.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoNumberChecks } from '../../../shared/adapters/dynamodb/dynamo-number-checks.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { ContactsApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { contactRoutes } from '../../../shared/contracts/api/routes/contacts.ts';
import { makeAnnounceCompletion } from '../../../shared/domain/campaigns/announce-completion.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { makeSkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeAfterChange } from './after-change.ts';
import { makeCheckNumbers } from './check-numbers.ts';
import { makeCreateContact } from './create-contact.ts';
import { makeGetContactImport, makeImportContacts, makeListContactImportErrors } from './import-contacts.ts';
import { makeDeleteContact, makeGetContact, makeListContacts, makeUpdateContact } from './manage-contacts.ts';

const config = loadConfig(ContactsApiEnv);
const doc = documentClient();
const sqs = sqsClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const contacts = dynamoContacts(doc, tables.core);
const chats = dynamoChats(doc, tables.messages);
const campaigns = dynamoCampaigns(doc, tables.core);
const publish = makePublishEvents({
  webhooks: dynamoWebhooks(doc, tables.core),
  deliveries: dynamoDeliveries(doc, tables.core),
  enqueue: sqsJobs(sqs, config.WEBHOOK_DELIVERIES_QUEUE_URL),
  deliveryIdOf,
});
const announce = makeAnnounceCompletion({ campaigns, publishEvents: publish, eventIdOf: (atMs, ...parts) => derivedId('evt', atMs, ...parts) });
const skipOptedOut = makeSkipOptedOut({ optedOutMessages: dynamoOptedOutMessages(doc, tables), campaigns, announce });
const afterChange = makeAfterChange({ chats, peers: dynamoPeers(doc, tables.messages), skipOptedOut, publish });
const directory = instanceDirectory(dynamoInstanceRegistry(doc, config.REGISTRY_TABLE), clock);
const calls = httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) });
const imports = { imports: dynamoContactImports(doc, tables.core), enqueue: sqsJobs(sqs, config.CONTACT_IMPORTS_QUEUE_URL) };

export const handler = httpApi({
  routes: contactRoutes,
  idempotency: dynamoIdempotency(doc, tables.core),
  operations: {
    createContact: makeCreateContact({ contacts, afterChange }),
    listContacts: makeListContacts({ contacts }),
    getContact: makeGetContact({ contacts, chats }),
    updateContact: makeUpdateContact({ contacts, afterChange }),
    deleteContact: makeDeleteContact({ contacts }),
    checkNumbers: makeCheckNumbers({ checks: dynamoNumberChecks(doc, tables.core), sessions: dynamoSessions(doc, tables.core), calls, contacts }),
    importContacts: makeImportContacts(imports),
    getContactImport: makeGetContactImport(imports),
    listContactImportErrors: makeListContactImportErrors(imports),
  },
});
