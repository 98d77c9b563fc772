import { markOf } from '../children/host-mark.ts';

export interface TaskPlace {
  readonly declared: Readonly<Record<string, string>>; // of the task definition
  readonly aws: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly snapshots: string;
  /** Where the browsers find WhatsApp Web; undefined: where it really is. */
  readonly whatsapp: { readonly address: string; readonly spki: string } | undefined;
  /** Where it reports over HTTP; undefined: on the queue. */
  readonly ingest: { readonly url: string; readonly secretArn: string; readonly spool: string } | undefined;
}

/** Tuning of the fleet that whoever runs the host may set in the host's environment. */
const OVERRIDES = [
  'CAPACITY',
  'INSTANCE_MEMORY_PERCENT',
  'SESSION_MEMORY_SOFT_MB',
  'SESSION_MEMORY_HARD_MB',
  'BROWSER_LEAST_LIFE_SECONDS',
  'STORAGE_QUOTA_MB',
  'QR_ROUNDS_PER_HOUR',
  'LEASE_TTL_SECONDS',
  'LEASE_MARGIN_SECONDS',
  'STOP_TIMEOUT_SECONDS',
  'HAND_OVERS_AT_ONCE',
  'SNAPSHOT_INTERVAL_SECONDS',
  'RECONCILE_SECONDS',
  'HIBERNATE_AFTER_SECONDS',
  'HIBERNATION_LOOK_SECONDS',
  'HEALTH_CHECK_SECONDS',
  'SILENT_AFTER_SECONDS',
  'RECOVERY_STEP_SECONDS',
  'HEALTH_SELF_PROBE',
  'PAGE_ANSWER_SECONDS',
  'CLOSE_TIMEOUT_SECONDS',
  'ADOPTED_PAGE_BUILD',
  'WARM_UP_MESSAGES',
  'CONTACT_MESSAGES_PER_HOUR',
  'QUIET_HOURS',
  'TIME_LOCK_HOURS',
  'EVENT_SPOOL_DIR',
  'EVENT_SPOOL_MAX_MB',
  'INBOUND_MEDIA_MB',
  'PUPPETEER_EXECUTABLE_PATH',
  'LOG_LEVEL',
];
/** What any process needs of its system. */
const SYSTEM = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

const fromHost = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

/** NODE_OPTIONS are the host's own; those for instances come under another name. */
const nodeOptions = (): Record<string, string> => {
  const options = process.env['FLEET_NODE_OPTIONS'];
  return options ? { NODE_OPTIONS: options } : {};
};

/** The task definition's environment with what differs on one machine: addresses, folders, and ending with the host. */
export const taskEnvironment = ({ declared, aws, dataDir, snapshots, whatsapp, ingest }: TaskPlace): Record<string, string> => ({
  ...fromHost(SYSTEM),
  ...declared,
  ...aws,
  ...fromHost(OVERRIDES),
  ...nodeOptions(),
  BIND_HOST: '127.0.0.1',
  PORT: '0',
  SESSION_STORE_DIR: snapshots,
  PARENT_WATCH: 'true',
  ...(whatsapp && { WHATSAPP_WEB_ADDRESS: whatsapp.address, WHATSAPP_WEB_SPKI: whatsapp.spki }),
  ...(ingest && { EVENTS_VIA: 'ingest', INGEST_URL: ingest.url, INGEST_SECRET_ARN: ingest.secretArn, EVENT_SPOOL_DIR: ingest.spool }),
  ...markOf(dataDir),
});
