import type { QuietHours } from './quiet-hours.ts';

/** What an operator may set; the profile's limits are fixed (`pacing.ts`). */
export interface PacingRules {
  /** Messages on a new number's first day; each day doubles it until the profile's limit is reached. 0: no ramp. */
  readonly warmUpMessages: number;
  /** Messages an hour to one person who does not answer. 0: any number. */
  readonly perContactAnHour: number;
  /** When campaigns rest. */
  readonly quietHours: QuietHours | undefined;
  /** How long a number opens no new chats after WhatsApp refused one. */
  readonly timeLockMs: number;
}
