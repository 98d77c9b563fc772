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
  CAMPAIGN_JOBS_QUEUE_URL: data.campaignJobs.queueUrl,
  CONTACT_IMPORTS_QUEUE_URL: data.contactImports.queueUrl,
  WEBHOOK_DELIVERIES_QUEUE_URL: data.webhookDeliveries.queueUrl,
  NUDGE_SECRET_ARN: data.nudgeSecret.secretArn,
  ALLOW_UNLIMITED_PACING: String(settings.allowUnlimitedPacing),
  BLAZZ_WEBHOOK_ALLOW_LOOPBACK: String(settings.webhookAllowLoopback),
  STOP_WORDS: settings.stopWords,
  BLAZZ_VERSION: VERSION,
});
