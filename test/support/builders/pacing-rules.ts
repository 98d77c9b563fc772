import type { PacingRules } from '../../../shared/domain/pacing/pacing-rules.ts';

/** As the fleet's environment has them when nobody sets anything. */
export const DEFAULT_PACING_RULES: PacingRules = {
  warmUpMessages: 200, perContactAnHour: 4, quietHours: undefined, timeLockMs: 24 * 3_600_000,
};
