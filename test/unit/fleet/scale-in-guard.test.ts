import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ScaleInGuard } from '../../../fleet/lifecycle/scale-in-guard.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const HOUR_MS = 3_600_000;

describe('ScaleInGuard', () => {
  let pool: { size: number };
  let calls: string[];
  let fails: boolean;
  let guard: ScaleInGuard;
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    [pool, calls, fails] = [{ size: 0 }, [], false];
    const call = async (what: string) => {
      calls.push(what);
      if (fails) throw new Error('the agent is deaf');
    };
    const protection = { protect: (minutes: number) => call(`protect ${minutes}`), release: () => call('release') };
    guard = new ScaleInGuard({ protection, pool, clock: { now: () => Date.now() }, log: silentLog });
    guard.start();
  });
  afterEach(() => void jest.useRealTimers());

  it('protects the task while sessions are open, and no longer', async () => {
    await pass(60_000);
    expect(calls).toEqual([]);
    pool.size = 1;
    await pass(60_000);
    expect(calls).toEqual(['protect 120']);
    pool.size = 0;
    await pass(60_000);
    expect(calls).toEqual(['protect 120', 'release']);
  });

  it('prolongs it long before it runs out', async () => {
    pool.size = 1;
    await pass(3 * HOUR_MS + 60_000);
    expect(calls).toEqual(['protect 120', 'protect 120', 'protect 120', 'protect 120']);
  });

  it('tries again when it was not heard', async () => {
    pool.size = 1;
    fails = true;
    await pass(5_000);
    fails = false;
    await pass(60_000);
    expect(calls).toEqual(['protect 120', 'protect 120']);
  });

  it('lets go of a task that drains, though its sessions are still open, and goes on if that fails', async () => {
    pool.size = 1;
    await pass(5_000);
    fails = true;
    await guard.stop();
    await pass(60_000);
    expect(calls).toEqual(['protect 120', 'release']);
  });
});
