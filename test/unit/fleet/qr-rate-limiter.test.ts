import { describe, expect, it } from '@jest/globals';
import { QRRateLimiter } from '../../../fleet/sessions/qr-rate-limiter.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

const MINUTE = 60_000;

describe('QRRateLimiter', () => {
  it('allows five rounds an hour to each session, and says when the next may begin', () => {
    const clock = new FakeClock();
    const limiter = new QRRateLimiter(clock);
    const first = clock.now();
    const outcomes = [1, 2, 3, 4, 5, 6].map(() => {
      clock.advance(MINUTE);
      return limiter.tryRound('ses_a');
    });
    expect(outcomes.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false]);
    expect(outcomes.at(-1)).toEqual({ allowed: false, retryAt: first + 61 * MINUTE });
    expect(limiter.tryRound('ses_b').allowed).toBe(true);
    clock.advance(55 * MINUTE);
    expect(limiter.tryRound('ses_a').allowed).toBe(true);
    expect(limiter.tryRound('ses_a').allowed).toBe(false);
  });

  it('starts afresh once the number is linked', () => {
    const limiter = new QRRateLimiter(new FakeClock());
    for (let round = 0; round < 5; round++) limiter.tryRound('ses_a');
    limiter.forget('ses_a');
    expect(limiter.tryRound('ses_a').allowed).toBe(true);
  });
});
