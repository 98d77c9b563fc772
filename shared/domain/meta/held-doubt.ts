import type { MessageFailure } from '../../contracts/message.ts';
import type { HeldMessage } from '../outbox/held-messages.ts';

/** Longer than a sender may run, so that it is dead, and what it reported has been written down. */
const SENDER_DEAD_AFTER_MS = 120_000;
/** Meta's webhooks come within seconds, and are repeated for days when we are not there; most within this. */
const GIVEN_UP_AFTER_MS = 24 * 3_600_000;

export const OUTCOME_UNKNOWN: MessageFailure = {
  code: 'outcome_unknown',
  detail: 'It left for Meta and nothing was heard of it for a day. It may have arrived, so look before you send it again.',
};

/** What a message that was claimed and not reported on comes to by now. */
export function doubtIn({ status, claimedAt }: HeldMessage, now: number): 'none' | 'unknown' | 'given-up' {
  const ageMs = now - claimedAt;
  if (ageMs >= GIVEN_UP_AFTER_MS) return 'given-up';
  return status === 'sending' && ageMs >= SENDER_DEAD_AFTER_MS ? 'unknown' : 'none';
}
