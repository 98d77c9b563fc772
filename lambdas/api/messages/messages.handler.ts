import { setTimeout as pause } from 'node:timers/promises';
import { documentClient, mediaClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { isPublicMediaUrl } from '../../../shared/adapters/media/public-media-url.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { providerCalls } from '../../../shared/adapters/nudge/provider-calls.ts';
import { s3MediaStore } from '../../../shared/adapters/s3/s3-media-store.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { MessagesApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { messageRoutes } from '../../../shared/contracts/api/routes/messages.ts';
import { DAY_MS, systemClock as clock } from '../../../shared/domain/clock.ts';
import { makeIsOptedOut } from '../../../shared/domain/contacts/contacts.ts';
import { makeResolvePeer } from '../../../shared/domain/contacts/resolve-peer.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { makeAttachMedia } from '../../../shared/domain/media/attach-media.ts';
import { makeAddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { makeAwaitSent } from '../../../shared/domain/outbox/await-sent.ts';
import { makeRequireSendable } from '../../../shared/domain/meta/require-sendable.ts';
import { makeHasTemplate, makeRequireTemplate } from '../../../shared/domain/meta/sendable-templates.ts';
import { makeQueueMessage } from '../../../shared/domain/outbox/queue-message.ts';
import { makeFindCandidates } from '../../../shared/domain/providers/find-candidates.ts';
import { recentlyUsable } from '../../../shared/domain/outbox/recently-usable.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeDeleteMessage, makeEditMessage, makeForwardMessage, makeReactToMessage } from './act-on-message.ts';
import { makeGetMessage } from './get-message.ts';
import { makeSendMessage } from './send-message.ts';

const config = loadConfig(MessagesApiEnv);
const doc = documentClient();
const sessions = dynamoSessions(doc, config.CORE_TABLE);
const contacts = dynamoContacts(doc, config.CORE_TABLE);
const messages = dynamoMessages(doc, config.MESSAGES_TABLE);
const outbox = dynamoOutbox(doc, { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE });
const directory = instanceDirectory(dynamoInstanceRegistry(doc, config.REGISTRY_TABLE), clock);
const calls = providerCalls(httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) }), sqsJobs(sqsClient(), config.META_SENDS_QUEUE_URL));
const chats = dynamoChats(doc, config.MESSAGES_TABLE);
const templates = dynamoTemplates(doc, config.CORE_TABLE);
const requireSendable = makeRequireSendable({ chats, requireTemplate: makeRequireTemplate(templates) });
const outcomes = dynamoOutcomes(doc, config.CORE_TABLE);
const store = s3MediaStore(mediaClient(), config.MEDIA_BUCKET);
const attachMedia = makeAttachMedia({
  files: dynamoMediaFiles(doc, config.CORE_TABLE), store, messages,
  now: () => clock.now(), retentionMs: config.MEDIA_RETENTION_DAYS * DAY_MS,
});
const addMediaLink = makeAddMediaLink(store);

const findUsable = recentlyUsable(sessions, clock);
const queueMessage = makeQueueMessage({ outbox, messages, chats, calls, requireSendable, isPublicUrl: isPublicMediaUrl, attachMedia, messageIdOf, chatIdOf });
const awaitSent = makeAwaitSent({ messages, clock, pause });
const acting = { messages, findUsable, queueMessage, awaitSent };

export const handler = httpApi({
  routes: messageRoutes,
  idempotency: dynamoIdempotency(doc, config.CORE_TABLE),
  operations: {
    sendMessage: makeSendMessage({
      sessions, findUsable, queueMessage, awaitSent,
      peers: dynamoPeers(doc, config.MESSAGES_TABLE),
      policies: dynamoSendingPolicies(doc, config.CORE_TABLE),
      findCandidates: makeFindCandidates({ sessions, outcomes, chats, hasTemplate: makeHasTemplate(templates) }),
      resolvePeer: makeResolvePeer(contacts),
      isOptedOut: makeIsOptedOut(contacts),
    }),
    getMessage: makeGetMessage({ messages, sessions, addMediaLink }),
    editMessage: makeEditMessage(acting),
    deleteMessage: makeDeleteMessage(acting),
    forwardMessage: makeForwardMessage(acting),
    reactToMessage: makeReactToMessage(acting),
  },
});
