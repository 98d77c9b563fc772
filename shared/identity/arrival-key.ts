import { hashBits } from './chat-identity.ts';

/** 20 digits in the form of a `SessionEventBatch.sequence` that follow from what a batch says: the same again, the same key. */
export function arrivalKey(...parts: readonly string[]): string {
  const digits = (hashBits(66, 'arrival', ...parts) % 10n ** 20n).toString().padStart(20, '0');
  return `${digits.slice(0, 10)}-${digits.slice(10)}`;
}
