import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LeaseKeeper } from '../../../fleet/lifecycle/lease-keeper.ts';
import type { InstanceLease } from '../../../shared/domain/instances/instance.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const TTL_MS = 15_000;
const MARGIN_MS = 3_000;
const LEASE: InstanceLease = { instanceId: 'ins_a', epoch: 1, expiresAt: TTL_MS };
const LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };

type Renew = () => Promise<InstanceLease | undefined>;

function makeKeeper(renew: Renew) {
  const losses: number[] = [];
  const clock = { now: () => performance.now() };
  const keeper = new LeaseKeeper(LEASE, clock.now(), {
    registry: { renew, release: async () => undefined },
    clock, ttlMs: TTL_MS, marginMs: MARGIN_MS, load: () => LOAD, log: silentLog,
    onLost: () => losses.push(performance.now()),
  });
  return { keeper, losses };
}

describe('LeaseKeeper', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 0 }));
  afterEach(() => void jest.useRealTimers());

  it.each<{ when: string; renew: Renew; lostAt: number }>([
    { when: 'the registry is down', renew: () => Promise.reject(new Error('throttled')), lostAt: TTL_MS - MARGIN_MS },
    { when: 'a renewal never returns', renew: () => new Promise<never>(() => {}), lostAt: TTL_MS - MARGIN_MS },
    { when: 'the instance was declared lost', renew: () => Promise.resolve(undefined), lostAt: TTL_MS / 3 },
  ])('reports one loss, in time, when $when', async ({ renew, lostAt }) => {
    const { keeper, losses } = makeKeeper(renew);
    const start = performance.now();
    keeper.start();
    await jest.advanceTimersByTimeAsync(3 * TTL_MS);
    expect(losses.map((at) => at - start)).toEqual([lostAt]);
    expect(keeper.isHeld()).toBe(false);
  });

  it('holds as long as renewals succeed', async () => {
    const { keeper, losses } = makeKeeper(async () => LEASE);
    keeper.start();
    await jest.advanceTimersByTimeAsync(10 * TTL_MS);
    expect(keeper.isHeld()).toBe(true);
    expect(losses).toEqual([]);
    await keeper.release();
    expect(keeper.isHeld()).toBe(false);
    expect(losses).toEqual([]);
  });

  it('counts from the start of a renewal, not from its answer', async () => {
    const slowMs = 9_000;
    let isFirst = true;
    const { keeper, losses } = makeKeeper(() => {
      if (!isFirst) return new Promise<never>(() => {});
      isFirst = false;
      return new Promise((resolve) => { setTimeout(() => resolve(LEASE), slowMs - TTL_MS / 3); });
    });
    const start = performance.now();
    keeper.start();
    await jest.advanceTimersByTimeAsync(3 * TTL_MS);
    expect(losses.map((at) => at - start)).toEqual([TTL_MS / 3 + TTL_MS - MARGIN_MS]);
  });

  it('lives through a renewal that hangs, if the next one does not', async () => {
    let calls = 0;
    const { keeper, losses } = makeKeeper(() => (calls++ === 0 ? new Promise<never>(() => {}) : Promise.resolve(LEASE)));
    keeper.start();
    await jest.advanceTimersByTimeAsync(3 * TTL_MS);
    expect(losses).toEqual([]);
    expect(keeper.isHeld()).toBe(true);
    await keeper.release();
  });

  it('notices at the next question that it was frozen past its deadline', () => {
    const { keeper, losses } = makeKeeper(async () => LEASE);
    keeper.start();
    jest.setSystemTime(Date.now() + 1); // timers stay where they are, as in a process that was stopped
    jest.advanceTimersByTime(0);
    expect(keeper.isHeld()).toBe(true);
    const frozen = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + TTL_MS);
    expect(keeper.isHeld()).toBe(false);
    frozen.mockRestore();
    expect(losses).toHaveLength(1);
    expect(keeper.isHeld()).toBe(false);
  });
});
