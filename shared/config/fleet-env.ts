import * as z from 'zod';

const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

const orNone = (fallback: number) => z.coerce.number().nonnegative().default(fallback);

/** The environment of one fleet instance; the same in ECS, in the local host and in tests. */
export const FleetEnv = z.object({
  CORE_TABLE: z.string().min(1),
  MESSAGES_TABLE: z.string().min(1),
  REGISTRY_TABLE: z.string().min(1),
  EVENTS_VIA: z.enum(['sqs', 'ingest']).default('sqs').describe('How events reach the control plane; see docs/ingest.md'),
  SESSION_EVENTS_QUEUE_URL: z.url().optional().describe('With EVENTS_VIA=sqs'),
  INGEST_URL: z.url().optional().describe('With EVENTS_VIA=ingest: where the API is'),
  INGEST_SECRET_ARN: z.string().min(1).optional().describe('With EVENTS_VIA=ingest'),
  EVENT_SPOOL_DIR: z.string().min(1).optional().describe('A lasting folder, of this machine alone, where events wait while the control plane is away; unset: in memory'),
  EVENT_SPOOL_MAX_MB: positive(256),
  NUDGE_SECRET_ARN: z.string().min(1),
  MEDIA_BUCKET: z.string().min(1).describe('Where files lie that are to be sent, and go that come in'),
  INBOUND_MEDIA_MB: positive(100).describe('Larger files that come in are not fetched: a page holds the whole of one'),
  SNAPSHOT_KEY_ARN: z.string().min(1).describe('KMS key that wraps the data key of each snapshot'),
  SNAPSHOT_FORMER_KEY_ARNS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((arn) => arn !== ''))
    .describe('Keys that wrapped older snapshots, separated by commas: they are still opened'),
  SESSION_STORE: z.enum(['efs-snapshot', 'local-auth', 'remote-auth']).default('efs-snapshot').describe('See docs/session-storage.md'),
  SESSION_STORE_DIR: z.string().min(1).describe('Where snapshots go: the EFS mount'),
  SESSION_STORE_BUCKET: z.string().min(1).optional().describe('Where they go with remote-auth'),
  EFS_FILE_SYSTEM_ID: z.string().min(1).optional().describe('File system whose size and state are watched'),
  STORAGE_QUOTA_MB: orNone(100).describe('Size of a live profile, or of a snapshot, beyond which a warning is given; 0: none'),
  PROFILE_DIR: z.string().min(1).describe('Where live browser profiles lie: the local disk of the task'),
  BIND_HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3001).describe('0: any free port'),
  INSTANCE_URL: z.url().optional().describe('How others reach us; default: the address ECS tells'),
  ECS_CONTAINER_METADATA_URI_V4: z.url().optional(),
  CAPACITY: positive(50).describe('Browsers open at a time; hibernating sessions, up to ten times as many, have none'),
  INSTANCE_MEMORY_PERCENT: z.coerce.number().positive().max(100).default(85).describe('Of what the container (or the machine) has; beyond it no session is admitted'),
  SESSION_MEMORY_SOFT_MB: orNone(700).describe('PSS of a session beyond which its browser is recycled when idle; 0: never'),
  SESSION_MEMORY_HARD_MB: orNone(1_200).describe('PSS of a session beyond which its browser is recycled at once; 0: never'),
  BROWSER_LEAST_LIFE_SECONDS: orNone(600).describe('A browser is recycled no sooner; over the hard limit after a tenth of it'),
  QR_ROUNDS_PER_HOUR: positive(5).describe('Rounds of QR codes a session may show within an hour'),
  ECS_AGENT_URI: z.url().optional().describe('Where a task asks to be spared by scale-in; ECS sets it'),
  LEASE_TTL_SECONDS: z.coerce.number().int().min(5).default(15),
  LEASE_MARGIN_SECONDS: z.coerce.number().positive().default(3),
  STOP_TIMEOUT_SECONDS: positive(110),
  HAND_OVERS_AT_ONCE: positive(4).describe('Sessions of a draining instance that are off the air at the same time'),
  SNAPSHOT_INTERVAL_SECONDS: positive(180),
  RECONCILE_SECONDS: z.coerce.number().positive().default(2),
  HIBERNATE_AFTER_SECONDS: z.coerce.number().positive().optional().describe('In place of the idle time sessions ask for; to try it out'),
  HIBERNATION_LOOK_SECONDS: z.coerce.number().positive().default(60).describe('How often the outbox of a hibernating session is looked at; nudges come at once'),
  HEALTH_CHECK_SECONDS: seconds(120).describe('How often a connected session is looked at'),
  SILENT_AFTER_SECONDS: seconds(90).describe("Without a frame for so long a page's connection is dead"),
  RECOVERY_STEP_SECONDS: seconds(60).describe('What each step of the recovery gets before the next'),
  HEALTH_SELF_PROBE: z.stringbool().default(false).describe('Send each number a message to itself at each look'),
  PAGE_ANSWER_SECONDS: seconds(10).describe('What a page gets to answer a simple question'),
  CLOSE_TIMEOUT_SECONDS: seconds(30).describe('What a browser gets to close before it is killed'),
  ADOPTED_PAGE_BUILD: z.string().regex(/^\d+(\.\d+)+$/).optional().describe("The newest build of WhatsApp's page that is not warned of"),
  WARM_UP_MESSAGES: z.coerce.number().int().min(0).default(200).describe("A new number's messages on its first day; doubled each day; 0: no ramp"),
  CONTACT_MESSAGES_PER_HOUR: z.coerce.number().int().min(0).default(4).describe('To one person who does not answer; 0: any number'),
  QUIET_HOURS: z.string().regex(/^\d{1,2}:\d\d-\d{1,2}:\d\d \S+$/).optional().describe('When campaigns rest, such as 21:00-08:00 Europe/Berlin'),
  TIME_LOCK_HOURS: z.coerce.number().positive().default(24).describe('How long a number opens no new chats after WhatsApp refused one'),
  WHATSAPP_WEB_ADDRESS: z.string().regex(/^[\w.-]+:\d+$/).optional(),
  WHATSAPP_WEB_SPKI: z.string().min(1).optional(),
  PUPPETEER_EXECUTABLE_PATH: z.string().min(1).optional(),
  BLAZZ_VERSION: z.string().min(1).default('dev'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Set by a parent that wants us to end with it (the local host): we stop when stdin closes. */
  PARENT_WATCH: z.stringbool().default(false),
});
export type FleetEnv = z.infer<typeof FleetEnv>;
