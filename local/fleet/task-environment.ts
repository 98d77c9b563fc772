import { markOf } from '../children/host-mark.ts';

export interface TaskPlace {
  readonly declared: Readonly<Record<string, string>>; // of the task definition
  readonly aws: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly snapshots: string;
  /** Where the browsers find WhatsApp Web; undefined: where it really is. */
  readonly whatsapp: { readonly address: string; readonly spki: string } | undefined;
}

/** Tuning of the fleet that whoever runs the host may set in the host's environment. */
const OVERRIDES = [
  'CAPACITY',
  'LEASE_TTL_SECONDS',
  'LEASE_MARGIN_SECONDS',
  'STOP_TIMEOUT_SECONDS',
  'SNAPSHOT_INTERVAL_SECONDS',
  'RECONCILE_SECONDS',
  'PUPPETEER_EXECUTABLE_PATH',
  'LOG_LEVEL',
];
/** What tests have Node load into the fleet's processes before ours, by this variable alone: the host's own NODE_OPTIONS stays its own. */
const NODE_OPTIONS = 'FLEET_NODE_OPTIONS';
/** What any process needs of its system. */
const SYSTEM = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

const fromHost = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

/** The task definition's environment with what differs on one machine: addresses, folders, and ending with the host. */
export const taskEnvironment = ({ declared, aws, dataDir, snapshots, whatsapp }: TaskPlace): Record<string, string> => ({
  ...fromHost(SYSTEM),
  ...declared,
  ...aws,
  ...fromHost(OVERRIDES),
  ...(process.env[NODE_OPTIONS] === undefined ? {} : { NODE_OPTIONS: process.env[NODE_OPTIONS] }),
  BIND_HOST: '127.0.0.1',
  PORT: '0',
  SESSION_STORE_DIR: snapshots,
  PARENT_WATCH: 'true',
  ...(whatsapp && { WHATSAPP_WEB_ADDRESS: whatsapp.address, WHATSAPP_WEB_SPKI: whatsapp.spki }),
  ...markOf(dataDir),
});
