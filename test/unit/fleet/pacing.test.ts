import { describe, expect, it } from '@jest/globals';
import { Pacer } from '../../../fleet/sessions/pacer.ts';
import { countSend, FRESH_PACING, nextSendAt, type PacingState } from '../../../shared/domain/pacing/pacing.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryPacingStore } from '../../support/fakes/memory-pacing-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 1, 10, 0, 17);

/** A small generator, so that every run draws the same. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Times at which a session that always has something to send would send. */
function sendTimes(profile: 'default' | 'cautious', count: number, random: () => number): number[] {
  const times: number[] = [];
  let state: PacingState = FRESH_PACING;
  let now = START;
  while (times.length < count) {
    now = Math.ceil(nextSendAt(profile, state, now, random));
    state = countSend(state, now);
    times.push(now);
  }
  return times;
}

const mostWithin = (times: readonly number[], windowMs: number): number =>
  Math.max(...times.map((from, i) => times.slice(i).findIndex((at) => at - from >= windowMs)).map((count, i) => (count === -1 ? times.length - i : count)));

describe('pacing', () => {
  it.each([
    { profile: 'default' as const, perMinute: 20, perHour: 500 },
    { profile: 'cautious' as const, perMinute: 10, perHour: 250 },
  ])('$profile never sends more than $perMinute in any minute and $perHour in any hour', ({ profile, perMinute, perHour }) => {
    const times = sendTimes(profile, 1_200, seeded(7));
    expect(mostWithin(times, MINUTE)).toBeLessThanOrEqual(perMinute);
    expect(mostWithin(times, HOUR)).toBeLessThanOrEqual(perHour);
  });

  it('never sends more than 5,000 in any day, and does send that many', () => {
    const times = sendTimes('default', 6_000, seeded(3));
    expect(mostWithin(times, DAY)).toBeLessThanOrEqual(5_000);
    expect(times.filter((at) => at - START < 2 * DAY).length).toBeGreaterThan(5_000);
  });

  it('sends the first at once, the next after uneven pauses of at least a second that grow on average', () => {
    const times = sendTimes('default', 19, () => 0.5);
    const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(times[0]).toBe(START);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(pauses.at(-1)).toBeGreaterThan(pauses[0] ?? 0);
    const drawn = sendTimes('default', 19, seeded(1));
    expect(new Set(drawn.slice(1).map((at, i) => at - (drawn[i] ?? 0))).size).toBeGreaterThan(10);
  });

  it('takes its limits along when the session moves', async () => {
    const [store, clock] = [memoryPacingStore(), new FakeClock(START)];
    const make = () => new Pacer({ sessionId: 'ses_a', store, clock, random: () => 0 });
    const before = make();
    for (let sent = 0; sent < 20; sent++) {
      clock.advance(await before.waitMs('default'));
      await before.count('default');
    }
    expect(await make().waitMs('default')).toBeGreaterThan(MINUTE / 2);
  });

  it('costs an unlimited session nothing', async () => {
    const refuse = () => Promise.reject(new Error('not to be called'));
    const pacer = new Pacer({ sessionId: 'ses_a', store: { load: refuse, save: refuse }, clock: new FakeClock(), random: Math.random });
    expect(await pacer.waitMs('unlimited')).toBe(0);
    await pacer.count('unlimited');
  });
});
