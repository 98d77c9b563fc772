import type * as z from 'zod';
import type { FleetEnv } from '../../shared/config/fleet-env.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import { VERSION } from '../stages.ts';

/** Where the image has its writable folders: fleet/Dockerfile makes them. */
export const STORE_DIR = '/mnt/sessions';
export const PROFILE_DIR = '/var/lib/blazz/profiles';

/** Fargate kills at 120 s; the process ends itself before. */
export const STOP_TIMEOUT_SECONDS = 120;
const OWN_STOP_TIMEOUT_SECONDS = 110;

type FleetEnvironment = { readonly [K in keyof z.input<typeof FleetEnv>]: string };

/** The environment of a fleet task. Where its browser is, the image knows. */
export const fleetEnvironment = (data: DataStack, capacity: number): FleetEnvironment => ({
  CORE_TABLE: data.core.tableName,
  MESSAGES_TABLE: data.messages.tableName,
  REGISTRY_TABLE: data.registry.tableName,
  SESSION_EVENTS_QUEUE_URL: data.sessionEvents.queueUrl,
  MEDIA_BUCKET: data.media.bucketName,
  NUDGE_SECRET_ARN: data.nudgeSecret.secretArn,
  SNAPSHOT_KEY_ARN: data.snapshotKey.keyArn,
  SESSION_STORE_DIR: STORE_DIR,
  PROFILE_DIR,
  CAPACITY: String(capacity),
  STOP_TIMEOUT_SECONDS: String(OWN_STOP_TIMEOUT_SECONDS),
  BLAZZ_VERSION: VERSION,
});
