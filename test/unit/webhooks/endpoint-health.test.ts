import { describe, expect, it } from '@jest/globals';
import { healthAfter, HEALTHY, isFailingForDays, isHeld, type EndpointHealth, type RunTally } from '../../../shared/domain/webhooks/endpoint-health.ts';

const NOW = 1_000_000;
const HOUR_MS = 3_600_000;
const NOTHING: RunTally = { answered: 0, taken: 0, failed: 0, missed: 0, askedUntil: 0 };
const missed = (count: number): RunTally => ({ ...NOTHING, failed: count, missed: count });
const after = (tally: Partial<RunTally>, before: Partial<EndpointHealth> = {}) => healthAfter({ ...HEALTHY, ...before }, { ...NOTHING, ...tally }, NOW);

describe('how an endpoint is', () => {
  it('stays as it was when nothing was tried, or all was refused', () => {
    const failing = { failures: 2, misses: 2, failingSince: 5, holds: 0 };
    expect(after({}, failing)).toEqual({ ...HEALTHY, ...failing });
    expect(after({ answered: 3 })).toEqual(HEALTHY);
  });

  it('is held after three attempts in a row without an answer, over several runs too', () => {
    expect(after(missed(2))).toMatchObject({ failures: 2, misses: 2, failingSince: NOW, heldUntil: null });
    expect(after(missed(1), { misses: 2, failures: 2, failingSince: 7 })).toMatchObject({ failures: 3, misses: 3, failingSince: 7, heldUntil: NOW + 10_000, holds: 1 });
    expect(after(missed(16))).toMatchObject({ heldUntil: NOW + 10_000, holds: 1 });
  });

  it('is held twice as long each time, up to a quarter of an hour', () => {
    expect([1, 2, 6, 7, 40].map((holds) => (after(missed(1), { misses: 3, holds }).heldUntil ?? 0) - NOW)).toEqual([20_000, 40_000, 640_000, 900_000, 900_000]);
  });

  it('is held no longer once it answers, be it with an error', () => {
    expect(after({ answered: 1, failed: 1 }, { misses: 3, holds: 4, failures: 9, failingSince: 3, heldUntil: NOW - 1 })).toEqual({ failures: 10, misses: 0, failingSince: 3, heldUntil: null, holds: 0 });
    expect(after({ answered: 1, taken: 1 }, { misses: 3, holds: 4, failures: 9, failingSince: 3 })).toEqual(HEALTHY);
  });

  it('is held when it went silent after it took something', () => {
    expect(after({ answered: 5, taken: 5, failed: 3, missed: 3 })).toEqual({ failures: 3, misses: 3, failingSince: NOW, heldUntil: NOW + 10_000, holds: 1 });
  });

  it('has the pause it asks for, a quarter of an hour at most', () => {
    expect(after({ answered: 1, failed: 1, askedUntil: NOW + 30_000 })).toMatchObject({ heldUntil: NOW + 30_000, holds: 0 });
    expect(after({ answered: 1, failed: 1, askedUntil: NOW + HOUR_MS }).heldUntil).toBe(NOW + 900_000);
    expect(after({ answered: 9, taken: 8, failed: 1, askedUntil: NOW + 30_000 }).heldUntil).toBe(NOW + 30_000);
  });

  it('is held until, not including, that moment', () => {
    expect([isHeld({ ...HEALTHY, heldUntil: NOW + 1 }, NOW), isHeld({ ...HEALTHY, heldUntil: NOW }, NOW), isHeld(HEALTHY, NOW)]).toEqual([true, false, false]);
  });

  it('is failing for days when it took nothing in 60 hours and 20 attempts', () => {
    const failing = (failures: number, hours: number) => isFailingForDays({ ...HEALTHY, failures, failingSince: NOW - hours * HOUR_MS }, NOW);
    expect([failing(20, 60), failing(19, 90), failing(500, 59)]).toEqual([true, false, false]);
    expect(isFailingForDays(HEALTHY, NOW)).toBe(false);
  });
});
