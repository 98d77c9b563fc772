import { MAX_ATTEMPTS } from './retry-policy.ts';

/** How an endpoint answered lately, over all its deliveries. */
export interface EndpointHealth {
  /** Attempts since it last took something that failed and may be repeated. */
  readonly failures: number;
  /** Those among them, in a row, that got no answer at all. */
  readonly misses: number;
  /** Since when it has taken nothing, Unix ms. */
  readonly failingSince: number | null;
  /** Until when nothing is sent to it, Unix ms. */
  readonly heldUntil: number | null;
  /** How often it was held since it last took something: after that one delivery goes ahead of the others. */
  readonly holds: number;
}

export const HEALTHY: EndpointHealth = { failures: 0, misses: 0, failingSince: null, heldUntil: null, holds: 0 };

/** What came of the attempts of one run. */
export interface RunTally {
  /** Attempts that got an answer, whichever. */
  readonly answered: number;
  readonly taken: number;
  readonly failed: number;
  /** Attempts without an answer since the last that got one. */
  readonly missed: number;
  /** What the endpoint asked for by `Retry-After`, Unix ms; 0: nothing. */
  readonly askedUntil: number;
}

/** So many attempts without an answer in a row, and the endpoint no longer occupies anyone. */
export const MISSES_BEFORE_HOLD = 3;
const FIRST_HOLD_MS = 10_000;
const LONGEST_HOLD_MS = 900_000;
const DISABLED_AFTER_MS = 60 * 3_600_000;

export const isHeld = ({ heldUntil }: EndpointHealth, nowMs: number): boolean => heldUntil !== null && heldUntil > nowMs;

export function healthAfter(before: EndpointHealth, tally: RunTally, nowMs: number): EndpointHealth {
  const asked = tally.askedUntil > nowMs ? Math.min(tally.askedUntil, nowMs + LONGEST_HOLD_MS) : null;
  const misses = tally.answered > 0 ? tally.missed : before.misses + tally.missed;
  const holds = tally.answered > 0 ? 0 : before.holds;
  const failing = { ...failuresAfter(before, tally, nowMs), misses };
  if (misses < MISSES_BEFORE_HOLD) return { ...failing, holds, heldUntil: asked };
  const heldUntil = nowMs + Math.min(FIRST_HOLD_MS * 2 ** holds, LONGEST_HOLD_MS);
  return { ...failing, holds: holds + 1, heldUntil: Math.max(heldUntil, asked ?? 0) };
}

/** Refusals, which are answers of their own kind, change nothing here. */
function failuresAfter(before: EndpointHealth, { taken, failed, missed }: RunTally, nowMs: number) {
  if (taken > 0) return { failures: missed, failingSince: missed > 0 ? nowMs : null };
  return { failures: before.failures + failed, failingSince: before.failingSince ?? (failed > 0 ? nowMs : null) };
}

/** It took nothing for days, however often we tried. */
export const isFailingForDays = ({ failures, failingSince }: EndpointHealth, nowMs: number): boolean =>
  failures >= MAX_ATTEMPTS && failingSince !== null && nowMs - failingSince >= DISABLED_AFTER_MS;
