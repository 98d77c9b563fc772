import type { Delivery, DeliveryChange } from './webhooks.ts';
import type { SendOutcome } from './webhook-sender.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 24 * 3_600_000;
const JITTER = 0.2;
/** 1 s, 2 s, 4 s … 18 h, then twice 24 h: given up after three and a half days. */
export const MAX_ATTEMPTS = 20;

/** How long to wait after the given number of attempts; `random` in [0, 1). */
export function pauseMs(attempts: number, random: () => number): number {
  const even = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
  return Math.round(even * (1 - JITTER + 2 * JITTER * random()));
}

/** What an attempt means for its delivery: done, dead, or due again. */
export function resultOf(delivery: Delivery, sent: SendOutcome, nowMs: number, random: () => number): DeliveryChange {
  const attempts = delivery.attempts + 1;
  const answer = sent.outcome === 'answered' ? sent : undefined;
  const base = {
    attempts,
    isParked: false,
    nextAttemptAt: null,
    lastAttemptAt: nowMs,
    responseStatus: answer?.status ?? null,
    responseExcerpt: answer?.excerpt ?? null,
  };
  if (isSuccess(sent)) return { ...base, status: 'delivered', error: null };
  const error = reasonOf(sent);
  if (!isWorthRetrying(sent)) return { ...base, status: 'dead', error };
  if (attempts >= MAX_ATTEMPTS) return { ...base, status: 'dead', error: `${error}; given up after ${attempts} attempts` };
  return { ...base, status: 'pending', nextAttemptAt: nowMs + pauseAfter(attempts, sent, random), error };
}

/** What the receiver asks for counts if it is longer than our own pause. */
function pauseAfter(attempts: number, sent: SendOutcome, random: () => number): number {
  return Math.max(pauseMs(attempts, random), Math.min(askedPauseMs(sent), LONGEST_PAUSE_MS));
}

export const askedPauseMs = (sent: SendOutcome): number => (sent.outcome === 'answered' ? (sent.retryAfterSeconds ?? 0) * 1_000 : 0);

export const isSuccess = (sent: SendOutcome): boolean => sent.outcome === 'answered' && sent.status >= 200 && sent.status < 300;

/** Server errors, throttling and timeouts pass; any other answer would only come again. */
export function isWorthRetrying(sent: SendOutcome): boolean {
  if (sent.outcome !== 'answered') return sent.outcome === 'unreachable';
  return sent.status >= 500 || sent.status === 429 || sent.status === 408;
}

const reasonOf = (sent: SendOutcome): string => (sent.outcome === 'answered' ? `answered ${sent.status}` : sent.reason);

/** The receiver says that the endpoint is gone for good. */
export const isGone = (sent: SendOutcome): boolean => sent.outcome === 'answered' && sent.status === 410;
