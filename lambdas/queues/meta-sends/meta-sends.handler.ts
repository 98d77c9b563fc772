import { setTimeout as pause } from 'node:timers/promises';
import { documentClient, mediaClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoHeldMessages } from '../../../shared/adapters/dynamodb/dynamo-held-messages.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoMetaAccounts } from '../../../shared/adapters/dynamodb/dynamo-meta-accounts.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPairBuckets } from '../../../shared/adapters/dynamodb/dynamo-pair-buckets.ts';
import { dynamoSenderLeases } from '../../../shared/adapters/dynamodb/dynamo-sender-leases.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { kmsDataKeys } from '../../../shared/adapters/kms/kms-data-keys.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import { s3MediaStore } from '../../../shared/adapters/s3/s3-media-store.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { sqsSessionEvents } from '../../../shared/adapters/sqs/sqs-session-events.ts';
import { MetaSendsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { queueHandler } from '../../queue/queue-handler.ts';
import { makeActInChat } from './act-in-chat.ts';
import { makeBringFile } from './bring-file.ts';
import { makeFillTemplate } from './fill-template.ts';
import { makeGraphMessage } from './graph-message.ts';
import { makeReport } from './report.ts';
import { makeSendClaimed } from './send-claimed.ts';
import { makeSendDue } from './send-due.ts';
import { makeSendPass } from './send-pass.ts';
import { makeSettleFile } from './settle-file.ts';
import { makeSettleHeld } from './settle-held.ts';

const config = loadConfig(MetaSendsEnv);
const doc = documentClient();
const sqs = sqsClient();
const tables = { core: config.CORE_TABLE, messages: config.MESSAGES_TABLE };
const graph = graphClient({ baseUrl: config.META_GRAPH_URL });
const accounts = dynamoMetaAccounts(doc, tables.core, kmsDataKeys(config.CREDENTIALS_KEY_ARN));
const messages = dynamoMessages(doc, tables.messages);
const sessions = dynamoSessions(doc, tables.core);
const store = s3MediaStore(mediaClient(), config.MEDIA_BUCKET);
const enqueue = sqsJobs<MetaSendJob>(sqs, config.META_SENDS_QUEUE_URL);
const held = dynamoHeldMessages(doc, tables, clock);
const report = makeReport({ events: sqsSessionEvents(sqs, config.SESSION_EVENTS_QUEUE_URL), clock });

const within = async <T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> => {
  const done = new AbortController();
  const late = pause(ms, otherwise, { signal: done.signal }).catch(() => otherwise);
  return Promise.race([work, late]).finally(() => done.abort());
};

const graphMessage = makeGraphMessage({ graph, messages, store, fillTemplate: makeFillTemplate(dynamoTemplates(doc, tables.core)), within });
const sendDue = makeSendDue({
  sessions,
  accounts,
  leases: dynamoSenderLeases(doc, tables.core, clock),
  held,
  settleHeld: makeSettleHeld({ held, report, clock }),
  sendPass: makeSendPass({
    outbox: dynamoOutbox(doc, tables, clock),
    held,
    pairs: dynamoPairBuckets(doc, tables.core),
    sendClaimed: makeSendClaimed({ graph, graphMessage, clock }),
    report,
    clock,
  }),
  enqueue,
  clock,
  pause,
});
const actInChat = makeActInChat({ graph, accounts, messages });

const settleFile = makeSettleFile({ messages, sessions, accounts, bringFile: makeBringFile({ graph, store, within }), report, enqueue, clock });

const apply = (job: MetaSendJob): Promise<void> => {
  switch (job.kind) {
    case 'send':
      return sendDue(job.sessionId);
    case 'fetch-file':
      return settleFile(job);
    case 'mark-read':
    case 'typing':
      return actInChat(job);
  }
};

export const handler = queueHandler(MetaSendJob, apply);
