import type { Clock } from '../../shared/domain/clock.ts';
import { RestartBackoff } from './restart-backoff.ts';
import type { EndReason } from './run-endings.ts';

/** What is tried, one after the other, while a session does not hold. After the last: restarts, ever less often. */
export type RecoveryStep = 'reload' | 'restart' | 'restore';

/** Endings that say nothing about the profile: another copy of it would fare no better. */
const NOT_THE_PROFILE: ReadonlySet<EndReason> = new Set(['unreachable', 'conflict', 'outdated', 'refused']);
/** Endings of a browser that was connected, and yet may be the profile's fault. */
const MAYBE_THE_PROFILE: ReadonlySet<EndReason> = new Set(['silent', 'stalled', 'page_unresponsive', 'not_connected', 'probe_failed']);

const PROVEN_CHECKS = 2.5;

export interface RecoveryOptions {
  readonly clock: Clock;
  readonly checkMs: number;
  /** Whether there is a snapshot that could take the profile's place. */
  readonly hasSnapshot: () => boolean;
  readonly onStep: (step: RecoveryStep, why: string) => void;
}

/**
 * How far a session has gone down the ladder: load the page anew, start the browser again, put the last snapshot in
 * place of the profile. It outlives the browsers. Only a session that has held for a while starts from the top again.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #backoff = new RestartBackoff();
  readonly #taken = new Set<RecoveryStep>();
  readonly #passedOver = new Set<string>();
  #lastStepAt = 0;
  #restoresNext = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Copies of the profile that asked for a QR code, by path: those before may hold the link. */
  get passedOver(): ReadonlySet<string> {
    return this.#passedOver;
  }

  passOver(copyPath: string): void {
    this.#passedOver.add(copyPath);
  }

  /** `true`: load the page anew, it was not tried yet. */
  tryReload(why: string): boolean {
    if (this.#taken.size > 0) return false;
    this.#take('reload', why);
    return true;
  }

  /** All is well now. */
  onHealthy(): void {
    if (this.#options.clock.now() - this.#lastStepAt > PROVEN_CHECKS * this.#options.checkMs) this.#taken.clear();
  }

  /** A browser ended that is to come back. Returns after how many milliseconds. */
  onRunEnded(reason: EndReason, detail: string, connectedForMs: number): number {
    this.#restoresNext = this.#isProfileDue(reason, connectedForMs > 0);
    this.#take(this.#restoresNext ? 'restore' : 'restart', `${reason}: ${detail}`);
    return this.#backoff.nextDelayMs(reason, connectedForMs);
  }

  /** Whether the start that follows shall be from a snapshot. Says so once. */
  takeRestore(): boolean {
    const isDue = this.#restoresNext;
    this.#restoresNext = false;
    return isDue;
  }

  /** Once only: what the snapshot does not cure, it will not cure the next time. Only another copy may hold the link that one lacks. */
  #isProfileDue(reason: EndReason, wasConnected: boolean): boolean {
    if (reason === 'profile_unlinked') return true;
    if (this.#taken.has('restore') || NOT_THE_PROFILE.has(reason)) return false;
    return this.#options.hasSnapshot() && this.#taken.has('restart') && (!wasConnected || MAYBE_THE_PROFILE.has(reason));
  }

  #take(step: RecoveryStep, why: string): void {
    this.#taken.add(step);
    this.#lastStepAt = this.#options.clock.now();
    this.#options.onStep(step, why);
  }
}
