import type { FleetEnv } from '../shared/config/fleet-env.ts';
import type { PacingRules } from '../shared/domain/pacing/pacing-rules.ts';
import { parseQuietHours } from '../shared/domain/pacing/quiet-hours.ts';
import type { RecycleRule } from './sessions/may-recycle.ts';
import type { HealthSettings } from './sessions/session-health-monitor.ts';
import type { WhatsAppAddress } from './whatsapp/webjs/browser-launch.ts';

/* The environment, which speaks of seconds and megabytes, in the terms of the parts that follow it. */

const RECYCLE_IDLE_MS = 30_000;

export const bytesOfMb = (megabytes: number): number => megabytes * 1e6;

export const hibernationSettings = ({ HIBERNATE_AFTER_SECONDS, HIBERNATION_LOOK_SECONDS }: FleetEnv) => ({
  afterMs: HIBERNATE_AFTER_SECONDS === undefined ? undefined : HIBERNATE_AFTER_SECONDS * 1_000,
  lookEveryMs: HIBERNATION_LOOK_SECONDS * 1_000,
});

export const healthSettings = (config: FleetEnv): HealthSettings => ({
  checkMs: config.HEALTH_CHECK_SECONDS * 1_000,
  silentAfterMs: config.SILENT_AFTER_SECONDS * 1_000,
  stepMs: config.RECOVERY_STEP_SECONDS * 1_000,
  selfProbe: config.HEALTH_SELF_PROBE,
});

/** Throws an Error that says what is wrong with the setting. */
export function pacingRules(config: FleetEnv): PacingRules {
  const quietHours = config.QUIET_HOURS === undefined ? undefined : parseQuietHours(config.QUIET_HOURS);
  if (config.QUIET_HOURS !== undefined && !quietHours) throw new Error('QUIET_HOURS: write it as 21:00-08:00 Europe/Berlin');
  return {
    quietHours,
    warmUpMessages: config.WARM_UP_MESSAGES,
    perContactAnHour: config.CONTACT_MESSAGES_PER_HOUR,
    timeLockMs: config.TIME_LOCK_HOURS * 3_600_000,
  };
}

/** Throws an Error when one of the two is missing. */
export function whatsAppAddress({ WHATSAPP_WEB_ADDRESS, WHATSAPP_WEB_SPKI }: FleetEnv): WhatsAppAddress | undefined {
  if (WHATSAPP_WEB_ADDRESS === undefined && WHATSAPP_WEB_SPKI === undefined) return undefined;
  if (WHATSAPP_WEB_ADDRESS === undefined || WHATSAPP_WEB_SPKI === undefined) {
    throw new Error('WHATSAPP_WEB_ADDRESS and WHATSAPP_WEB_SPKI belong together: set both or neither');
  }
  return { hostAndPort: WHATSAPP_WEB_ADDRESS, spki: WHATSAPP_WEB_SPKI };
}

export const recycleRule = ({ BROWSER_LEAST_LIFE_SECONDS }: FleetEnv): RecycleRule => ({ leastLifeMs: BROWSER_LEAST_LIFE_SECONDS * 1_000, idleAfterMs: RECYCLE_IDLE_MS });
