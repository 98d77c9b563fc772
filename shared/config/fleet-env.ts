import * as z from 'zod';

const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);

/** The environment of one fleet instance; the same in ECS, in the local host and in tests. */
export const FleetEnv = z.object({
  CORE_TABLE: z.string().min(1),
  MESSAGES_TABLE: z.string().min(1),
  REGISTRY_TABLE: z.string().min(1),
  SESSION_EVENTS_QUEUE_URL: z.url(),
  NUDGE_SECRET_ARN: z.string().min(1),
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
  STORAGE_QUOTA_MB: positive(100).describe('A session that takes more is warned of'),
  PROFILE_DIR: z.string().min(1).describe('Where live browser profiles lie: the local disk of the task'),
  BIND_HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3001).describe('0: any free port'),
  INSTANCE_URL: z.url().optional().describe('How others reach us; default: the address ECS tells'),
  ECS_CONTAINER_METADATA_URI_V4: z.url().optional(),
  CAPACITY: positive(50).describe('Sessions'),
  LEASE_TTL_SECONDS: z.coerce.number().int().min(5).default(15),
  LEASE_MARGIN_SECONDS: z.coerce.number().positive().default(3),
  STOP_TIMEOUT_SECONDS: positive(110),
  SNAPSHOT_INTERVAL_SECONDS: positive(180),
  RECONCILE_SECONDS: z.coerce.number().positive().default(2),
  WHATSAPP_WEB_ADDRESS: z.string().regex(/^[\w.-]+:\d+$/).optional(),
  WHATSAPP_WEB_SPKI: z.string().min(1).optional(),
  PUPPETEER_EXECUTABLE_PATH: z.string().min(1).optional(),
  BLAZZ_VERSION: z.string().min(1).default('dev'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Set by a parent that wants us to end with it (the local host): we stop when stdin closes. */
  PARENT_WATCH: z.stringbool().default(false),
});
export type FleetEnv = z.infer<typeof FleetEnv>;
