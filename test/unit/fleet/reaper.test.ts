import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Reaper } from '../../../fleet/lifecycle/reaper.ts';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import type { Instance } from '../../../shared/domain/instances/instance.ts';
import { silenceWatch } from '../../../shared/domain/instances/silence-watch.ts';
import { anInstance } from '../../support/builders/instance.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const LEASE_MS = 15_000;
const US = anInstance({ id: 'ins_us' });

describe('Reaper', () => {
  let instances: readonly Instance[];
  let looks: number[];
  let overSeenAt: number[];
  let drains: number;
  let reaper: Reaper;

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    [looks, overSeenAt, drains, instances] = [[], [], 0, [US]];
    const silence = silenceWatch({ now: () => Date.now() });
    reaper = new Reaper({
      instanceId: US.id, silence, random: () => 0.5, metrics: fleetMetrics(), log: silentLog,
      registry: { list: async () => instances },
      onDrainRequested: () => { drains += 1; },
      makeReassign: ({ list }) => async () => {
        const seen = await list();
        silence.look(seen);
        looks.push(Date.now());
        if (seen.some((instance) => silence.isOver(instance))) overSeenAt.push(Date.now());
        return { lost: [], moved: [], waiting: 0 };
      },
    });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await reaper.stop();
  });

  it('looks at once, then every two seconds', async () => {
    reaper.start();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toEqual([0, 2_000, 4_000]);
  });

  it('is there at the moment at which a lease is over', async () => {
    instances = [US, anInstance({ id: 'ins_silent', heartbeatAt: 0, expiresAt: LEASE_MS })];
    reaper.start();
    await jest.advanceTimersByTimeAsync(LEASE_MS + 600);
    expect(overSeenAt[0]).toBe(LEASE_MS + 500 + 20);
  });

  it('goes on after the registry failed it', async () => {
    const list = jest.fn<() => Promise<readonly Instance[]>>().mockRejectedValueOnce(new Error('throttled')).mockResolvedValue([US]);
    reaper = new Reaper({
      instanceId: US.id, silence: { nextOverInMs: () => Number.POSITIVE_INFINITY }, random: () => 0.5, metrics: fleetMetrics(), log: silentLog,
      registry: { list }, onDrainRequested: () => undefined,
      makeReassign: (registry) => async () => ({ lost: (await registry.list()).map(({ id }) => id), moved: [], waiting: 0 }),
    });
    reaper.start();
    await jest.advanceTimersByTimeAsync(2_500);
    expect(list).toHaveBeenCalledTimes(2);
  });

  it('says that we are to drain when the registry does', async () => {
    reaper.start();
    await jest.advanceTimersByTimeAsync(1);
    expect(drains).toBe(0);
    instances = [{ ...US, state: 'draining' }];
    await jest.advanceTimersByTimeAsync(2_000);
    expect(drains).toBe(1);
  });
});
