import { setTimeout as pause } from 'node:timers/promises';
import { documentClient, mediaClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { isPublicMediaUrl } from '../../../shared/adapters/media/public-media-url.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { providerCalls } from '../../../shared/adapters/nudge/provider-calls.ts';
import { s3MediaStore } from '../../../shared/adapters/s3/s3-media-store.ts';
import { secretReader } from '../../../shared/adapters/secrets/secret-reader.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { ChatsApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { chatRoutes } from '../../../shared/contracts/api/routes/chats.ts';
import { DAY_MS, systemClock as clock } from '../../../shared/domain/clock.ts';
import { instanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { makeAttachMedia } from '../../../shared/domain/media/attach-media.ts';
import { makeAddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { makeAwaitSent } from '../../../shared/domain/outbox/await-sent.ts';
import { makeRequireSendable } from '../../../shared/domain/meta/require-sendable.ts';
import { makeRequireTemplate } from '../../../shared/domain/meta/sendable-templates.ts';
import { makeQueueMessage } from '../../../shared/domain/outbox/queue-message.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeMarkChatRead, makeShowTyping, makeWatchPresence } from './act-in-chat.ts';
import { makeGetChat, makeListChatMessages, makeListChats } from './read-chats.ts';
import { makeSendInChat } from './send-in-chat.ts';

const config = loadConfig(ChatsApiEnv);
const doc = documentClient();
const sessions = dynamoSessions(doc, config.CORE_TABLE);
const chats = dynamoChats(doc, config.MESSAGES_TABLE);
const contacts = dynamoContacts(doc, config.CORE_TABLE);
const messages = dynamoMessages(doc, config.MESSAGES_TABLE);
const outbox = dynamoOutbox(doc, { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE });
const directory = instanceDirectory(dynamoInstanceRegistry(doc, config.REGISTRY_TABLE), clock);
const calls = providerCalls(httpNudge({ directory, readSecret: secretReader(config.NUDGE_SECRET_ARN) }), sqsJobs(sqsClient(), config.META_SENDS_QUEUE_URL));
const store = s3MediaStore(mediaClient(), config.MEDIA_BUCKET);
const attachMedia = makeAttachMedia({
  files: dynamoMediaFiles(doc, config.CORE_TABLE), store, messages,
  now: () => clock.now(), retentionMs: config.MEDIA_RETENTION_DAYS * DAY_MS,
});
const addMediaLink = makeAddMediaLink(store);
const requireSendable = makeRequireSendable({ chats, requireTemplate: makeRequireTemplate(dynamoTemplates(doc, config.CORE_TABLE)) });

const queueMessage = makeQueueMessage({ outbox, messages, chats, calls, requireSendable, isPublicUrl: isPublicMediaUrl, attachMedia, messageIdOf, chatIdOf });
const awaitSent = makeAwaitSent({ messages, clock, pause });

export const handler = httpApi({
  routes: chatRoutes,
  idempotency: dynamoIdempotency(doc, config.CORE_TABLE),
  operations: {
    listChats: makeListChats({ chats, contacts }),
    getChat: makeGetChat({ chats, contacts }),
    listChatMessages: makeListChatMessages({ chats, messages, sessions, addMediaLink }),
    sendInChat: makeSendInChat({ chats, sessions, queueMessage, awaitSent }),
    markChatRead: makeMarkChatRead({ chats, sessions, calls }),
    showTyping: makeShowTyping({ chats, sessions, calls }),
    watchPresence: makeWatchPresence({ chats, sessions, calls }),
  },
});
