import type { Clock } from '../../shared/domain/clock.ts';

/** A session that has not closed by then is killed: it must not hold up those behind it. */
const CLOSES_WITHIN_MS = 25_000;
/** The longest we wait for one session to be connected elsewhere before we close the next. */
const ARRIVES_WITHIN_MS = 10_000;
/** With so many browsers closing at once each takes ever longer. */
const MOST_AT_ONCE = 16;
/** How much longer closing takes when more close at once. */
const SLOWER_TOGETHER = 1.25;
/** Of the newest closing in the mean of all. */
const NEWEST_WEIGHT = 0.3;
/** Kept at the end for what is left: killed, and given away by writes alone. */
const RESERVE_MS = 10_000;
const MOST_RESERVED = 0.2; // of the time, if that is short

export interface DrainPaceOptions {
  readonly withinMs: number;
  /** Fewest; more when they would not all be through in time. */
  readonly atOnce: number;
  readonly clock: Clock; // monotonic
}

/** Divides the time a drain has among its sessions. */
export class DrainPace {
  readonly #options: DrainPaceOptions;
  readonly #end: number;
  #waiting = 0;
  #closingMs = 0; // in the mean
  #concurrency: number;

  constructor(options: DrainPaceOptions) {
    this.#options = options;
    this.#end = options.clock.now() + options.withinMs - Math.min(RESERVE_MS, MOST_RESERVED * options.withinMs);
    this.#concurrency = options.atOnce;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  leftMs(): number {
    return Math.max(0, this.#end - this.#options.clock.now());
  }

  closesWithinMs(): number {
    return Math.min(CLOSES_WITHIN_MS, this.leftMs());
  }

  /** How long one may be waited for: those still to come need time to close, and have the same claim to what is left. */
  arrivesWithinMs(): number {
    const rounds = Math.ceil(this.#waiting / this.#concurrency);
    return Math.min(ARRIVES_WITHIN_MS, Math.max(0, this.leftMs() - rounds * this.#closingMs) / (rounds + 1));
  }

  begin(sessions: number): void {
    this.#waiting = sessions;
  }

  noteBegun(): void {
    this.#waiting -= 1;
  }

  noteClosed(tookMs: number): void {
    this.#closingMs = this.#closingMs === 0 ? tookMs : (1 - NEWEST_WEIGHT) * this.#closingMs + NEWEST_WEIGHT * tookMs;
    const rounds = Math.max(1, Math.floor(this.leftMs() / (SLOWER_TOGETHER * this.#closingMs)));
    this.#concurrency = Math.max(this.#options.atOnce, Math.min(Math.ceil(this.#waiting / rounds), MOST_AT_ONCE));
  }
}
