import { beforeEach, describe, expect, it } from '@jest/globals';
import { HealthBoard } from '../../../fleet/sessions/health-board.ts';
import { QRRateLimiter } from '../../../fleet/sessions/qr-rate-limiter.ts';
import type { SessionHealth } from '../../../shared/contracts/session-events.ts';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

const MINUTE = 60_000;

describe('QRRateLimiter', () => {
  let clock: FakeClock;
  let limiter: QRRateLimiter;
  let reported: SessionHealth;
  const boardOf = (known: SessionHealth) => new HealthBoard(known, (health) => { reported = health; });
  const rounds = (board: HealthBoard, count: number) => Array.from({ length: count }, () => {
    clock.advance(MINUTE);
    return limiter.tryRound(board);
  });

  beforeEach(() => {
    clock = new FakeClock();
    limiter = new QRRateLimiter(clock);
    reported = UNKNOWN_HEALTH;
  });

  it('allows five rounds within any hour to each session, and says when the next may begin', () => {
    const [board, other] = [boardOf(UNKNOWN_HEALTH), boardOf(UNKNOWN_HEALTH)];
    const first = clock.now();
    const outcomes = rounds(board, 6);
    expect(outcomes.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false]);
    const retryAt = new Date(first + 61 * MINUTE).toISOString();
    expect(outcomes.at(-1)).toEqual({ allowed: false, retryAt });
    expect(reported.qr).toMatchObject({ rounds: 5, limit: 5, retryAt });
    expect(limiter.tryRound(other).allowed).toBe(true);
    clock.advance(55 * MINUTE);
    expect(limiter.tryRound(board).allowed).toBe(true);
    expect(reported.qr).toMatchObject({ rounds: 5, retryAt: null });
    expect(limiter.tryRound(board).allowed).toBe(false);
  });

  it('goes on counting at the instance that takes the session over', () => {
    rounds(boardOf(UNKNOWN_HEALTH), 4);
    const taken = boardOf(reported); // what the record says
    expect(rounds(taken, 2).map(({ allowed }) => allowed)).toEqual([true, false]);
  });

  it('starts afresh once the number is linked', () => {
    const board = boardOf(UNKNOWN_HEALTH);
    rounds(board, 5);
    limiter.forget(board);
    expect(reported.qr).toBeNull();
    expect(limiter.tryRound(board).allowed).toBe(true);
  });

  it('keeps to a limit that was lowered meanwhile', () => {
    const board = boardOf(UNKNOWN_HEALTH);
    rounds(board, 4);
    const fourth = clock.now();
    limiter = new QRRateLimiter(clock, 1);
    expect(limiter.tryRound(board)).toEqual({ allowed: false, retryAt: new Date(fourth + 60 * MINUTE).toISOString() });
  });
});
