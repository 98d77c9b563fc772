import type { Clock } from '../../shared/domain/clock.ts';

const MOST_ROUNDS = 5;
const WINDOW_MS = 3_600_000;

/** At most five rounds of QR codes an hour a session: nobody is scanning, and WhatsApp dislikes those who go on asking. */
export class QRRateLimiter {
  readonly #clock: Clock;
  readonly #rounds = new Map<string, readonly number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a round if there may be one. `retryAt` (Unix ms): when the next may begin. */
  tryRound(sessionId: string): { readonly allowed: true } | { readonly allowed: false; readonly retryAt: number } {
    const now = this.#clock.now();
    const recent = (this.#rounds.get(sessionId) ?? []).filter((at) => now - at < WINDOW_MS);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= MOST_ROUNDS) return { allowed: false, retryAt: oldest + WINDOW_MS };
    this.#rounds.set(sessionId, [...recent, now]);
    return { allowed: true };
  }

  /** Linked: the next linking starts afresh. */
  forget(sessionId: string): void {
    this.#rounds.delete(sessionId);
  }
}
