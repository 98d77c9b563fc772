import type { PacingProfile } from '../../shared/contracts/api/sessions.ts';
import type { Clock } from '../../shared/domain/clock.ts';
import { countSend, FRESH_PACING, nextSendAt, type PacingState } from '../../shared/domain/pacing/pacing.ts';
import type { PacingStore } from '../../shared/domain/pacing/pacing-store.ts';

export interface PacerOptions {
  readonly sessionId: string;
  readonly store: PacingStore;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Says when the next message of a session may leave. Unlimited sessions cost neither a read nor a write. */
export class Pacer {
  readonly #options: PacerOptions;
  #state: PacingState | undefined;
  #nextAt: number | undefined; // drawn once for each message

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Milliseconds until the next message may leave, 0 for now. */
  async waitMs(profile: PacingProfile): Promise<number> {
    if (profile === 'unlimited') return 0;
    const { sessionId, store, clock, random } = this.#options;
    this.#state ??= (await store.load(sessionId)) ?? FRESH_PACING;
    const now = clock.now();
    this.#nextAt ??= nextSendAt(profile, this.#state, now, random);
    return Math.max(0, this.#nextAt - now);
  }

  /** To be called before a message leaves: a crash may count one too many, never one too few. */
  async count(profile: PacingProfile): Promise<void> {
    if (profile === 'unlimited') return;
    const { sessionId, store, clock } = this.#options;
    this.#state = countSend(this.#state ?? FRESH_PACING, clock.now());
    this.#nextAt = undefined;
    await store.save(sessionId, this.#state);
  }
}
