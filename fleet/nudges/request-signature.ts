import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../shared/domain/clock.ts';

const WINDOW_MS = 300_000;

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** `X-HMAC-Timestamp`: Unix seconds */
  readonly timestamp: string | undefined;
  /** `X-HMAC-Signature`: hex HMAC-SHA256 over timestamp, method, path and body, joined as they are */
  readonly signature: string | undefined;
}

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

  verify({ method, path, body, timestamp = '', signature = '' }: SignedRequest): Verdict {
    const now = this.#clock.now();
    const isTimely = /^\d{1,12}$/.test(timestamp) && Math.abs(now - Number(timestamp) * 1_000) <= WINDOW_MS;
    const expected = createHmac('sha256', this.#secret).update(timestamp + method + path + body).digest();
    const given = Buffer.from(/^[0-9a-f]{64}$/i.test(signature) ? signature : '', 'hex');
    const isGenuine = given.length === expected.length && timingSafeEqual(given, expected);
    if (!isTimely || !isGenuine) return 'refused';
    this.#forgetOld(now);
    const key = expected.toString('base64');
    if (this.#seen.has(key)) return 'replayed';
    this.#seen.set(key, now + 2 * WINDOW_MS);
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
