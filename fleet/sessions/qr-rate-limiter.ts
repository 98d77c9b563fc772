import type { Clock } from '../../shared/domain/clock.ts';
import { nextQrRound } from '../../shared/domain/sessions/qr-rounds.ts';
import type { HealthBoard } from './health-board.ts';

const ROUNDS_PER_HOUR = 5;

export type QRRound = { readonly allowed: true } | { readonly allowed: false; readonly retryAt: string };

/**
 * So many rounds of QR codes an hour a session: nobody is scanning, and WhatsApp dislikes those who go on asking. The
 * count is part of the session's health, so that it moves with the session: a takeover or restart is no new hour.
 */
export class QRRateLimiter {
  readonly #clock: Clock;
  readonly #roundsPerHour: number;

  constructor(clock: Clock, roundsPerHour = ROUNDS_PER_HOUR) {
    this.#clock = clock;
    this.#roundsPerHour = roundsPerHour;
  }

  /** Counts a round if there may be one. `retryAt`: when the next may begin. */
  tryRound(health: Pick<HealthBoard, 'current' | 'note'>): QRRound {
    const { isAllowed, rounds } = nextQrRound(health.current.qr, this.#clock.now(), this.#roundsPerHour);
    health.note({ qr: rounds });
    return isAllowed || rounds.retryAt === null ? { allowed: true } : { allowed: false, retryAt: rounds.retryAt };
  }

  /** Linked: the next linking starts afresh. */
  forget(health: Pick<HealthBoard, 'current' | 'note'>): void {
    if (health.current.qr !== null) health.note({ qr: null });
  }
}
