import * as z from 'zod';

/*
 * One schema per Lambda entry, named for it. CDK's NodeFunction takes the same schema, so a missing or misspelt
 * variable does not compile. Endpoints (AWS_ENDPOINT_URL_…) are the SDK's own variables and appear in none of these.
 */
const table = z.string().min(1);
const secretArn = z.string().min(1);

export const AuthorizerEnv = z.object({ CORE_TABLE: table });

export const SystemApiEnv = z.object({ CORE_TABLE: table, REGISTRY_TABLE: table, BLAZZ_VERSION: z.string().min(1) });

export const SessionsApiEnv = z.object({
  CORE_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
  ALLOW_UNLIMITED_PACING: z.stringbool().default(false),
});

export const InstancesApiEnv = z.object({ REGISTRY_TABLE: table, CORE_TABLE: table });

/** With the API itself, whose cached verdicts on a key are flushed when the key is revoked. */
export const ApiKeysApiEnv = z.object({ CORE_TABLE: table, REST_API_ID: z.string().min(1), REST_API_STAGE: z.string().min(1) });

export const MessagesApiEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
});

export const ChatsApiEnv = MessagesApiEnv;

export const ContactsApiEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
  CONTACT_IMPORTS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
});

export const CampaignsApiEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  CAMPAIGN_JOBS_QUEUE_URL: z.url(),
  NUDGE_SECRET_ARN: secretArn,
  ALLOW_UNLIMITED_PACING: z.stringbool().default(false),
});

export const WebhooksApiEnv = z.object({
  CORE_TABLE: table,
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  BLAZZ_WEBHOOK_ALLOW_LOOPBACK: z.stringbool().default(false),
});

export const SessionEventsEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  SESSION_EVENTS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
  /** Further words that opt somebody out, separated by commas. */
  STOP_WORDS: z.string().default('').transform((words) => words.split(',').filter((word) => word.trim() !== '')),
});

export const CampaignJobsEnv = z.object({
  CORE_TABLE: table,
  MESSAGES_TABLE: table,
  REGISTRY_TABLE: table,
  NUDGE_SECRET_ARN: secretArn,
  CAMPAIGN_JOBS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
});

export const ContactImportsEnv = z.object({ CORE_TABLE: table, MESSAGES_TABLE: table, WEBHOOK_DELIVERIES_QUEUE_URL: z.url() });

export const WebhookDeliveriesEnv = z.object({
  CORE_TABLE: table,
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
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
  CAMPAIGN_JOBS_QUEUE_URL: z.url(),
  CONTACT_IMPORTS_QUEUE_URL: z.url(),
  WEBHOOK_DELIVERIES_QUEUE_URL: z.url(),
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
