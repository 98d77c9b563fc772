import type { Clock } from '../../shared/domain/clock.ts';
import { genuineSignature, SIGNATURE_WINDOW_MS, type SignedRequest } from '../../shared/identity/request-signature.ts';

export type Verdict = 'valid' | 'replayed' | 'refused';

/** Checks who calls us. A signature counts for 300 seconds around its time, and is remembered for as long. */
export class RequestVerifier {
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #seen = new Map<string, number>(); // signature -> when it may be forgotten

  constructor(secret: string, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
  }

  verify(request: SignedRequest): Verdict {
    const now = this.#clock.now();
    const key = genuineSignature(this.#secret, request, now);
    if (key === undefined) return 'refused';
    this.#forgetOld(now);
    if (this.#seen.has(key)) return 'replayed';
    this.#seen.set(key, now + 2 * SIGNATURE_WINDOW_MS);
    return 'valid';
  }

  /** Oldest first, as they were remembered. */
  #forgetOld(now: number): void {
    for (const [key, until] of this.#seen) {
      if (until > now) return;
      this.#seen.delete(key);
    }
  }
}
