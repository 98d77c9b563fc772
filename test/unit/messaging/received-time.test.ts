import { describe, expect, it } from '@jest/globals';
import { receivedTime } from '../../../shared/domain/outbox/received-time.ts';

describe('The time a message came in', () => {
  it.each([
    { at: 10_000, observedAt: 10_700, is: 10_700, because: 'we saw it arrive, and know more than the second' },
    { at: 10_000, observedAt: 14_999, is: 14_999, because: 'it was on its way for a moment' },
    { at: 10_000, observedAt: 15_000, is: 10_000, because: 'it had waited for us' },
    { at: 10_000, observedAt: 9_000, is: 10_000, because: 'our clock is behind' },
  ])('is $is for WhatsApp time $at seen at $observedAt: $because', ({ at, observedAt, is }) => {
    expect(receivedTime(at, observedAt)).toBe(is);
  });
});
