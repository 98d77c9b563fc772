/** Whether a number was on WhatsApp, and when that was asked (Unix ms). */
export interface CheckedNumber {
  readonly number: string;
  readonly isOnWhatsApp: boolean;
  readonly checkedAt: number;
}

/** What WhatsApp said of numbers lately, and how much more each session may ask it today. */
export interface NumberChecks {
  /** Those asked about since then (Unix ms). */
  known(workspaceId: string, numbers: readonly string[], sinceMs: number): Promise<ReadonlyMap<string, CheckedNumber>>;
  remember(workspaceId: string, checked: readonly CheckedNumber[]): Promise<void>;
  /** Takes so many questions out of a session's budget of a day (`2026-06-01`). `false`, and nothing taken: not that many are left. */
  spend(sessionId: string, day: string, count: number, budget: number): Promise<boolean>;
  /** Gives back what was not asked after all. */
  refund(sessionId: string, day: string, count: number): Promise<void>;
}

/** Questions a day by pacing profile: asking about many strangers is what WhatsApp takes for a spammer's preparation. */
export const CHECKS_A_DAY = { cautious: 20, default: 50, unlimited: 100_000 } as const;
export const CHECK_GOOD_FOR_MS = 3 * 86_400_000;
