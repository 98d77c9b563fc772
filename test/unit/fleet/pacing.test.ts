import { describe, expect, it } from '@jest/globals';
import { countSend, FRESH_PACING, nextSendAt, type PacingState } from '../../../shared/domain/pacing/pacing.ts';
import { addBanSign, campaignsPausedUntil } from '../../../shared/domain/pacing/ban-signs.ts';
import { contactFreeAt } from '../../../shared/domain/pacing/contact-limit.ts';
import { parseQuietHours, quietUntil } from '../../../shared/domain/pacing/quiet-hours.ts';

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
function sendTimes(profile: 'default' | 'cautious', count: number, random: () => number, warmUpMessages = 0): number[] {
  const times: number[] = [];
  let state: PacingState = FRESH_PACING;
  let now = START;
  while (times.length < count) {
    now = Math.ceil(nextSendAt(profile, state, now, random, { warmUpMessages }));
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

  it('lets a new number send more each day: double what it could the day before', () => {
    const times = sendTimes('default', 1_400, seeded(5), 200);
    const perDay = [0, 1, 2].map((day) => times.filter((at) => at - START >= day * DAY && at - START < (day + 1) * DAY).length);
    expect(perDay[0]).toBe(200);
    expect(mostWithin(times.filter((at) => at - START < 2 * DAY), DAY)).toBeLessThanOrEqual(400);
    expect(perDay[2]).toBeGreaterThan(400);
    expect(perDay[2]).toBeLessThanOrEqual(800);
  });

  it('takes longer between messages after each sign of a ban', () => {
    const pause = (banSigns: readonly number[]) =>
      nextSendAt('default', { ...FRESH_PACING, lastSentAt: START, burst: 1, banSigns }, START + 1, () => 0, { warmUpMessages: 0 }) - START;
    expect([pause([]), pause([START - HOUR]), pause([START - 2 * HOUR, START - HOUR]), pause([START - 2 * DAY])]).toEqual([1_000, 2_000, 4_000, 1_000]);
  });

  it('pauses campaigns for longer with each sign, and counts what comes together as one', () => {
    const signs = [0, 10_000, HOUR, 2 * HOUR].reduce<readonly number[]>((all, after) => addBanSign(all, START + after), []);
    expect(signs).toEqual([START, START + HOUR, START + 2 * HOUR]);
    expect(campaignsPausedUntil(signs) - START).toBe(2 * HOUR + 4 * 15 * MINUTE);
    expect(addBanSign(signs, START + 2 * DAY)).toEqual([START + 2 * DAY]);
    expect(campaignsPausedUntil([])).toBe(0);
  });

  it.each([
    { what: 'nothing yet', sends: [], answeredAt: 0, waitMs: 0 },
    { what: 'three within the hour', sends: [50, 40, 30], answeredAt: 0, waitMs: 0 },
    { what: 'four within the hour', sends: [50, 40, 30, 20], answeredAt: 0, waitMs: 10 * MINUTE },
    { what: 'four, one of them long ago', sends: [70, 40, 30, 20], answeredAt: 0, waitMs: 0 },
    { what: 'four, and an answer since', sends: [50, 40, 30, 20], answeredAt: START - 35 * MINUTE, waitMs: 0 },
  ])('after $what one person may be written to in $waitMs ms', ({ sends, answeredAt, waitMs }) => {
    expect(contactFreeAt(sends.map((minutesAgo) => START - minutesAgo * MINUTE), answeredAt, START, 4) - START).toBe(waitMs);
  });

  it.each([
    { hours: '21:00-08:00 Europe/Berlin', now: '2026-07-01T20:30:00Z', until: '2026-07-02T06:00:00Z' },
    { hours: '21:00-08:00 Europe/Berlin', now: '2026-01-02T03:15:42Z', until: '2026-01-02T07:00:00Z' },
    { hours: '21:00-08:00 Europe/Berlin', now: '2026-01-02T12:00:00Z', until: '2026-01-02T12:00:00Z' },
    { hours: '12:00-13:30 UTC', now: '2026-01-02T13:29:59Z', until: '2026-01-02T13:30:00Z' },
    { hours: '12:00-13:30 UTC', now: '2026-01-02T13:30:00Z', until: '2026-01-02T13:30:00Z' },
  ])('at $now campaigns rest until $until, with quiet hours $hours', ({ hours, now, until }) => {
    expect(new Date(quietUntil(parseQuietHours(hours), Date.parse(now))).toISOString()).toBe(new Date(until).toISOString());
  });

  it.each(['9-17', '21:00-08:00', '25:00-08:00 UTC', '21:00-08:00 Atlantis'])('takes %s for no quiet hours', (text) => {
    expect(parseQuietHours(text)).toBeUndefined();
  });
});
