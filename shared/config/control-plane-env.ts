import * as z from 'zod';

/*
 * One schema per Lambda entry, named for it. CDK's NodeFunction takes the same schema, so a missing or misspelt
 * variable does not compile. Endpoints (AWS_ENDPOINT_URL_…) are the SDK's own variables and appear in none of these.
 */
const table = z.string().min(1);
const secretArn = z.string().min(1);
/** Of those who put jobs on their queues; the class of a job says on which. */
const jobQueues = {
  JOBS_CRITICAL_QUEUE_URL: z.url(),
  JOBS_HIGH_QUEUE_URL: z.url(),
  JOBS_DEFAULT_QUEUE_URL: z.url(),
  JOBS_LOW_QUEUE_URL: z.url(),
};
const MEDIA_BUCKET = z.string().min(1);
const MEDIA_RETENTION_DAYS = z.coerce.number().int().positive().default(90).describe('How long files are kept that came in or were sent');
const keyArn = z.string().min(1);
const graphUrl = z.url().default('https://graph.facebook.com').describe('Where Meta’s Graph API is, without a slash at the end');

export const AuthorizerEnv = z.object({ CORE_TABLE: table });

export const SystemApiEnv = z.object({ CORE_TABLE: table, REGISTRY_TABLE: table, BLAZZ_VERSION: z.string().min(1) });

export const SessionsApiEnv = z.object({
  CORE_TABLE: table,
  REGISTRY_TABLE: table,
  CREDENTIALS_KEY_ARN: keyArn,
  META_GRAPH_URL: graphUrl,
  NUDGE_SECRET_ARN: secretArn,
  ALLOW_UNLIMITED_PACING: z.stringbool().default(false),
});

export const IngestWebjsApiEnv = z.object({
  CORE_TABLE: table,
  SESSION_EVENTS_QUEUE_URL: z.url(),
  INGEST_SECRET_ARN: secretArn,
  INGEST_TRUSTED_ADDRESSES: z.string().default('').describe('Ranges that no limit is put on, such as 10.0.0.0/8, commas between'),
});

/** `<name> <URL> <URL of its dead-letter queue>` for each queue, commas between. */
const workQueues = z.string().transform((text) => text.split(',').map((queue) => queue.split(' '))).pipe(
  z.array(z.tuple([z.string().min(1), z.url(), z.url()]).transform(([name, url, deadUrl]) => ({ name, url, deadUrl }))),
);

export const OperationsApiEnv = z.object({ CORE_TABLE: table, WORK_QUEUES: workQueues });

export const InstancesApiEnv = z.object({ REGISTRY_TABLE: table, CORE_TABLE: table });

export const SendingPolicyApiEnv = z.object({ CORE_TABLE: table });

/** With the API itself, whose cached verdicts on a key are flushed when the key is revoked. */
export const ApiKeysApiEnv = z.object({ CORE_TABLE: table, REST_API_ID: z.string().min(1), REST_API_STAGE: z.string().min(1) });

export const MessagesApiEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
  MEDIA_BUCKET,
  MEDIA_RETENTION_DAYS,
  META_SENDS_QUEUE_URL: z.url(),
});

export const ChatsApiEnv = MessagesApiEnv;

export const ContactsApiEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
  CONTACT_IMPORTS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
});
export const MediaApiEnv = z.object({ CORE_TABLE: table, MESSAGES_TABLE: table, MEDIA_BUCKET });

export const CampaignsApiEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  ...jobQueues,
  META_SENDS_QUEUE_URL: z.url(),
  NUDGE_SECRET_ARN: secretArn,
  ALLOW_UNLIMITED_PACING: z.stringbool().default(false),
  MEDIA_BUCKET,
  MEDIA_RETENTION_DAYS,
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
});

export const WebhooksApiEnv = z.object({
  CORE_TABLE: table,
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  BLAZZ_WEBHOOK_ALLOW_LOOPBACK: z.stringbool().default(false),
});

/** Takes what Meta sends; opens no credentials. */
export const MetaIngestEnv = z.object({
  CORE_TABLE: table,
  SESSION_EVENTS_QUEUE_URL: z.url(),
  META_APP_SECRET_ARN: secretArn,
  META_VERIFY_TOKEN_ARN: secretArn,
});

export const TemplatesApiEnv = z.object({ CORE_TABLE: table, CREDENTIALS_KEY_ARN: keyArn, META_GRAPH_URL: graphUrl });

export const SessionEventsEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  SESSION_EVENTS_QUEUE_URL: z.url(),
  META_SENDS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  MEDIA_BUCKET,
  MEDIA_RETENTION_DAYS,
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
  CAMPAIGN_STATS_QUEUE_URL: z.url(),
  /** Further words that opt somebody out, separated by commas. */
  STOP_WORDS: z.string().default('').transform((words) => words.split(',').filter((word) => word.trim() !== '')),
});

/** The consumer of one class of jobs, whose queue is `OWN_QUEUE_URL`. */
export const JobsEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
  OWN_QUEUE_NAME: z.string().min(1),
  OWN_QUEUE_URL: z.url(),
  META_SENDS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
  CAMPAIGN_STATS_QUEUE_URL: z.url(),
});

/** Sends for numbers at Meta, and opens their credentials for it. */
export const MetaSendsEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  SESSION_EVENTS_QUEUE_URL: z.url(),
  META_SENDS_QUEUE_URL: z.url(),
  MEDIA_BUCKET,
  CREDENTIALS_KEY_ARN: keyArn,
  META_GRAPH_URL: graphUrl,
});

export const ContactImportsEnv = z.object({ CORE_TABLE: table, MESSAGES_TABLE: table, WEBHOOK_DELIVERIES_QUEUE_URL: z.url(), WEBSOCKET_PUSHES_QUEUE_URL: z.url() });

export const WebhookDeliveriesEnv = z.object({
  CORE_TABLE: table,
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
  BLAZZ_WEBHOOK_ALLOW_LOOPBACK: z.stringbool().default(false),
});

/** Schedule: declares silent instances lost and moves their sessions; backstop to the instances themselves. */
export const ReassignSessionsEnv = z.object({
  CORE_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
});

/** Schedule: closes QR pages nobody scans, frees instances of sessions that ended, and removes deleted ones for good. */
export const CleanUpSessionsEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  SESSION_EVENTS_QUEUE_URL: z.url(),
});

/** Schedule: puts work that the tables know of back on its queue (lost jobs, due retries, scheduled campaigns). */
export const RequeueWorkEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  ...jobQueues,
  CONTACT_IMPORTS_QUEUE_URL: z.url(),
  META_SENDS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
});

/** The stage of the WebSocket API that sockets are posted to. */
const realtimeEndpoint = z.url();

export const ConnectionsEnv = z.object({ CORE_TABLE: table, MESSAGES_TABLE: table, REALTIME_ENDPOINT: realtimeEndpoint });

export const WebsocketPushesEnv = z.object({
  CORE_TABLE: table,
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
  REALTIME_ENDPOINT: realtimeEndpoint,
});

/** Schedule: ends connections that say nothing any more. */
export const DropSilentConnectionsEnv = z.object({ CORE_TABLE: table, REALTIME_ENDPOINT: realtimeEndpoint });

export const CampaignStatsEnv = z.object({
  CORE_TABLE: table,
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  WEBSOCKET_PUSHES_QUEUE_URL: z.url(),
});

const count = z.coerce.number().int().positive();

/** Schedule: makes the number of fleet tasks follow the sessions, and lets tasks of an old revision go. */
export const ScaleFleetEnv = z.object({
  CORE_TABLE: table,
  REGISTRY_TABLE: table,
  ECS_CLUSTER: z.string().min(1),
  ECS_SERVICE: z.string().min(1),
  MIN_INSTANCES: z.coerce.number().int().min(0),
  MAX_INSTANCES: z.coerce.number().int().min(0),
  SESSIONS_PER_INSTANCE: count,
  INSTANCE_MEMORY_MIB: count,
  SCALE_IN_AFTER_SECONDS: count,
});
