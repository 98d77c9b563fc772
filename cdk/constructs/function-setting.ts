import type { DataStack } from '../stacks/data-stack.ts';
import { type StageSettings, VERSION } from '../stages.ts';
import type { FunctionNetwork } from './function-network.ts';
import type { LogSettings } from './house-log-group.ts';

/** What the functions of the control plane are made from. */
export interface FunctionSetting {
  readonly data: DataStack;
  readonly logs: LogSettings;
  /** All that any of them may ask for by name; each takes what its schema names. */
  readonly environment: ReturnType<typeof environmentOf>;
  /** Where instances can be reached; unset: nowhere, and nudges, being hints, are lost. */
  readonly network: FunctionNetwork | undefined;
}

export const functionSetting = (
  data: DataStack,
  settings: StageSettings,
  network: FunctionNetwork | undefined,
): FunctionSetting => ({ data, logs: data.logs, environment: environmentOf(data, settings), network });

const environmentOf = (data: DataStack, settings: StageSettings) => ({
  CORE_TABLE: data.core.tableName,
  MESSAGES_TABLE: data.messages.tableName,
  REGISTRY_TABLE: data.registry.tableName,
  SESSION_EVENTS_QUEUE_URL: data.sessionEvents.queueUrl,
  JOBS_CRITICAL_QUEUE_URL: data.jobs.critical.queueUrl,
  JOBS_HIGH_QUEUE_URL: data.jobs.high.queueUrl,
  JOBS_DEFAULT_QUEUE_URL: data.jobs.default.queueUrl,
  JOBS_LOW_QUEUE_URL: data.jobs.low.queueUrl,
  CONTACT_IMPORTS_QUEUE_URL: data.contactImports.queueUrl,
  WEBHOOK_DELIVERIES_QUEUE_URL: data.webhookDeliveries.queueUrl,
  WORK_QUEUES: data.queues.map(({ name, queueUrl, deadLetters }) => `${name} ${queueUrl} ${deadLetters.queueUrl}`).join(','),
  WEBSOCKET_PUSHES_QUEUE_URL: data.websocketPushes.queueUrl,
  CAMPAIGN_STATS_QUEUE_URL: data.campaignStats.queueUrl,
  NUDGE_SECRET_ARN: data.nudgeSecret.secretArn,
  INGEST_SECRET_ARN: data.ingestSecret.secretArn,
  INGEST_TRUSTED_ADDRESSES: settings.ingestTrustedAddresses,
  MEDIA_BUCKET: data.media.bucketName,
  MEDIA_RETENTION_DAYS: String(settings.mediaRetentionDays),
  META_SENDS_QUEUE_URL: data.metaSends.queueUrl,
  CREDENTIALS_KEY_ARN: data.meta.credentialsKey.keyArn,
  META_APP_SECRET_ARN: data.meta.appSecret.secretArn,
  META_VERIFY_TOKEN_ARN: data.meta.verifyToken.secretArn,
  META_GRAPH_URL: 'https://graph.facebook.com',
  ALLOW_UNLIMITED_PACING: String(settings.allowUnlimitedPacing),
  BLAZZ_WEBHOOK_ALLOW_LOOPBACK: String(settings.webhookAllowLoopback),
  STOP_WORDS: settings.stopWords,
  BLAZZ_VERSION: VERSION,
});
