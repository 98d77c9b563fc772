import type { Clock } from '../../../shared/domain/clock.ts';
import { MISSES_BEFORE_HOLD, type EndpointHealth, type RunTally } from '../../../shared/domain/webhooks/endpoint-health.ts';
import { askedPauseMs, isGone, isSuccess, isWorthRetrying } from '../../../shared/domain/webhooks/retry-policy.ts';
import type { SendOutcome } from '../../../shared/domain/webhooks/webhook-sender.ts';

/** No attempt begins later than this; one takes up to eleven seconds, and the place is ours for 40. */
const RUN_MS = 15_000;
const MOST_AT_ONCE = 16;

/** The attempts of one consumer at one endpoint: how many it may make, what came of them, what they leave to do. */
export class Run implements RunTally {
  answered = 0;
  taken = 0;
  failed = 0;
  missed = 0;
  askedUntil = 0;
  isGone = false;
  /** Deliveries that are to be tried again, by the pause until then in ms. */
  readonly again = new Map<string, number>();
  /** Deliveries there was no more time for, or no sense in trying. */
  readonly left = new Set<string>();
  readonly #clock: Clock;
  readonly #before: EndpointHealth;
  readonly #deadline: number;

  constructor(clock: Clock, before: EndpointHealth) {
    this.#clock = clock;
    this.#before = before;
    this.#deadline = clock.now() + RUN_MS;
  }

  /** An endpoint that was held is sent one delivery at a time until it answers. */
  get atOnce(): number {
    return this.#isProven ? MOST_AT_ONCE : 1;
  }

  mayStart(): boolean {
    return !this.#isBroken && this.#clock.now() < this.#deadline;
  }

  note(sent: SendOutcome): void {
    if (isSuccess(sent)) this.taken += 1;
    else if (isWorthRetrying(sent)) this.failed += 1;
    if (sent.outcome === 'answered') this.answered += 1;
    this.missed = sent.outcome === 'unreachable' ? this.missed + 1 : 0;
    this.isGone ||= isGone(sent);
    const asked = isWorthRetrying(sent) ? askedPauseMs(sent) : 0;
    if (asked > 0) this.askedUntil = Math.max(this.askedUntil, this.#clock.now() + asked);
  }

  get #isProven(): boolean {
    return this.#before.holds === 0 || this.answered > 0;
  }

  get #isBroken(): boolean {
    const misses = this.answered === 0 ? this.#before.misses + this.missed : this.missed;
    const isSilent = this.#isProven ? misses >= MISSES_BEFORE_HOLD : this.missed > 0;
    return this.isGone || isSilent || this.askedUntil > this.#clock.now();
  }
}
