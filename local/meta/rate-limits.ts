import { errorOf } from './graph-error.ts';
import type { Config } from './records.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Meta's limits on what a number sends: so many a second in all, and one each few seconds to one person after a burst. */
export class RateLimits {
  readonly #config: Config;
  readonly #numbers = new Map<string, Bucket>();
  readonly #pairs = new Map<string, Bucket>();

  constructor(config: Config) {
    this.#config = config;
  }

  /** Throws 130429 or 131056. */
  take(phoneNumberId: string, to: string, now: number): void {
    const { messagesPerSecond, pairSeconds, pairBurst } = this.#config;
    if (!takeFrom(this.#numbers, phoneNumberId, { size: messagesPerSecond, perMs: messagesPerSecond / 1_000, now })) {
      throw errorOf(130429, 'Cloud API message throughput has been reached.');
    }
    if (!takeFrom(this.#pairs, `${phoneNumberId}|${to}`, { size: pairBurst, perMs: 1 / (pairSeconds * 1_000), now })) {
      throw errorOf(131056, 'Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.');
    }
  }
}

function takeFrom(buckets: Map<string, Bucket>, key: string, { size, perMs, now }: { size: number; perMs: number; now: number }): boolean {
  const bucket = buckets.get(key) ?? { tokens: size, at: now };
  bucket.tokens = Math.min(size, bucket.tokens + (now - bucket.at) * perMs);
  bucket.at = now;
  buckets.set(key, bucket);
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}
