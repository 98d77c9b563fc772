import { Duration, type Environment } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import manifest from '../package.json' with { type: 'json' };

export const VERSION = manifest.version;

export const STAGE_NAMES = ['dev', 'prod', 'local', 'localstack'] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** What keeps linked sessions; docs/session-storage.md says when which. */
export const SESSION_STORES = ['efs-snapshot', 'local-auth', 'remote-auth'] as const;
export type SessionStoreKind = (typeof SESSION_STORES)[number];

/** Size of the fleet. A real WhatsApp Web page takes 300 to 400 MB, so memory decides what a task can hold. */
export interface FleetSettings {
  readonly cpu: number; // units: 1024 are one vCPU
  readonly memoryMiB: number;
  readonly diskGiB: number; // live browser profiles lie on the task's own disk
  readonly sessionsPerInstance: number;
  /** Bounds of what the sessions ask for. */
  readonly instances: { readonly min: number; readonly max: number };
  /** An instance goes when it has been one too many for so long. */
  readonly scaleInAfter: Duration;
  readonly natGateways: number;
  readonly sessionStore: SessionStoreKind;
}

export interface StageSettings {
  readonly name: StageName;
  /** Unset: where the CLI's credentials lead. */
  readonly env: Environment | undefined;
  /** Data goes when the stack goes. */
  readonly isDisposable: boolean;
  readonly logRetention: RetentionDays;
  /** Unset: the fleet runs elsewhere, and there is no network to reach it through. */
  readonly fleet: FleetSettings | undefined;
  /** Tables, queues and secrets are called `<prefix>-…` for those outside CloudFormation who must know them. */
  readonly physicalNamePrefix: string | undefined;
  readonly apiRequestsPerSecond: number;
  /** Whether there is a WebSocket API. */
  readonly hasRealtime: boolean;
  readonly allowUnlimitedPacing: boolean;
  readonly webhookAllowLoopback: boolean;
  readonly alarmEmail: string | undefined;
  /** Ranges from which fleets outside report without limits, commas between. */
  readonly ingestTrustedAddresses: string;
  /** How long files are kept that came in or were sent. */
  readonly mediaRetentionDays: number;
  /** Words that opt a contact out beside the usual ones, separated by commas. */
  readonly stopWords: string;
}

const SCALE_IN_AFTER = Duration.minutes(10); // longer than the lulls of a day's work

const EMULATED: Environment = { account: '000000000000', region: 'eu-central-1' };

const DEV: StageSettings = {
  name: 'dev',
  env: undefined,
  isDisposable: true,
  logRetention: RetentionDays.TWO_WEEKS,
  fleet: { cpu: 2048, memoryMiB: 8192, diskGiB: 30, sessionsPerInstance: 20, instances: { min: 2, max: 6 }, scaleInAfter: SCALE_IN_AFTER, natGateways: 1, sessionStore: 'efs-snapshot' },
  physicalNamePrefix: undefined,
  apiRequestsPerSecond: 200,
  hasRealtime: true,
  allowUnlimitedPacing: false,
  webhookAllowLoopback: false,
  alarmEmail: undefined,
  ingestTrustedAddresses: '',
  mediaRetentionDays: 90,
  stopWords: '',
};

const STAGES: Readonly<Record<StageName, StageSettings>> = {
  dev: DEV,
  prod: {
    ...DEV,
    name: 'prod',
    isDisposable: false,
    logRetention: RetentionDays.THREE_MONTHS,
    fleet: { cpu: 8192, memoryMiB: 32_768, diskGiB: 60, sessionsPerInstance: 50, instances: { min: 3, max: 30 }, scaleInAfter: SCALE_IN_AFTER, natGateways: 2, sessionStore: 'efs-snapshot' },
    apiRequestsPerSecond: 1_000,
  },
  // What the local host runs: everything, with child processes for tasks; how many, its command line says.
  local: {
    ...DEV,
    name: 'local',
    env: EMULATED,
    fleet: { cpu: 2048, memoryMiB: 8192, diskGiB: 30, sessionsPerInstance: 50, instances: { min: 2, max: 2 }, scaleInAfter: SCALE_IN_AFTER, natGateways: 1, sessionStore: 'efs-snapshot' },
    apiRequestsPerSecond: 10_000,
    allowUnlimitedPacing: true,
  },
  // What LocalStack's free tier has: no VPC, ECS or EFS, no WebSocket API. localstack.yml runs the fleet beside it.
  localstack: { ...DEV, name: 'localstack', env: EMULATED, fleet: undefined, hasRealtime: false, physicalNamePrefix: 'blazz-localstack' },
};

/** Longest a message of the API may take; API Gateway gives up after 29 s. */
export const API_TIMEOUT = Duration.seconds(28);

/** How long a consumer may take for one batch; its queue waits six times as long. */
export const CONSUMER_TIMEOUT = {
  sessionEvents: Duration.seconds(30),
  jobs: Duration.seconds(60),
  contactImports: Duration.seconds(60),
  webhookDeliveries: Duration.seconds(60),
  websocketPushes: Duration.seconds(30),
  campaignStats: Duration.seconds(30),
  metaSends: Duration.seconds(90), // below the lease of a sender
} as const;

/** What may be overridden on the command line, `-c name=value`; the CLI gives strings, code may give the value. */
export interface StageContext {
  readonly get: (name: string) => unknown;
}

/** The settings of a stage with the overrides of the context. Throws on a name or value it does not know. */
export function stageSettings({ get }: StageContext): StageSettings {
  const settings = STAGES[stageName(get('stage') ?? 'dev')];
  const sessionStore = oneOf('sessionStore', SESSION_STORES, get);
  return {
    ...settings,
    fleet: settings.fleet && { ...settings.fleet, sessionStore: sessionStore ?? settings.fleet.sessionStore },
    allowUnlimitedPacing: flag('allowUnlimitedPacing', get) ?? settings.allowUnlimitedPacing,
    webhookAllowLoopback: flag('webhookAllowLoopback', get) ?? settings.webhookAllowLoopback,
    alarmEmail: text('alarmEmail', get) ?? settings.alarmEmail,
    ingestTrustedAddresses: text('ingestTrustedAddresses', get) ?? settings.ingestTrustedAddresses,
    mediaRetentionDays: count('mediaRetentionDays', get) ?? settings.mediaRetentionDays,
    stopWords: text('stopWords', get) ?? settings.stopWords,
  };
}

function stageName(value: unknown): StageName {
  const name = STAGE_NAMES.find((known) => known === value);
  if (!name) throw new Error(`Unknown stage ${JSON.stringify(value)}: pass -c stage=${STAGE_NAMES.join('|')}`);
  return name;
}

function oneOf<T extends string>(name: string, known: readonly T[], get: StageContext['get']): T | undefined {
  const value = get(name);
  if (value === undefined) return undefined;
  const found = known.find((each) => each === value);
  if (found === undefined) throw new Error(`Context ${name} must be ${known.join('|')}, not ${JSON.stringify(value)}`);
  return found;
}

function flag(name: string, get: StageContext['get']): boolean | undefined {
  const value = get(name);
  if (value === undefined) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Error(`Context ${name} must be true or false, not ${JSON.stringify(value)}`);
}

function count(name: string, get: StageContext['get']): number | undefined {
  const value = get(name);
  if (value === undefined) return undefined;
  const number = Number(value); // the CLI gives strings
  if (!Number.isInteger(number) || number <= 0) throw new Error(`Context ${name} must be a whole number above 0`);
  return number;
}

function text(name: string, get: StageContext['get']): string | undefined {
  const value = get(name);
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`Context ${name} must be text`);
}
