import { toBase32 } from './base32.ts';
import { hashBits } from './chat-identity.ts';

/**
 * An id that follows from what it stands for: `<prefix>_<ulid>` with the given time and 80 bits of hash.
 * For whatever may be made twice (an event delivered again, a create that is retried).
 */
export const derivedId = (prefix: string, timeMs: number, ...parts: readonly string[]): string =>
  `${prefix}_${toBase32(BigInt(timeMs), 10)}${toBase32(hashBits(80, ...parts), 16)}`;
