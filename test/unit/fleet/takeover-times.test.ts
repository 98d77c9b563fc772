import { beforeEach, describe, expect, it } from '@jest/globals';
import { takeoverTimes } from '../../../fleet/lifecycle/takeover-times.ts';
import { fleetMetrics, type FleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import type { Instance } from '../../../shared/domain/instances/instance.ts';
import { anInstance } from '../../support/builders/instance.ts';
import { aSession } from '../../support/builders/session.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const MOVED = aSession({ previousInstanceId: 'ins_before', lastMigrationAt: '2026-01-01T00:00:00.000Z' });

describe('takeoverTimes', () => {
  const clock = new FakeClock(1_000_000);
  let metrics: FleetMetrics;

  const measured = async (before: Partial<Instance> | undefined, session = MOVED): Promise<readonly number[]> => {
    const find = async () => before && anInstance({ id: 'ins_before', heartbeatAt: clock.now() - 17_000, ...before });
    takeoverTimes({ registry: { find }, clock, metrics, log: silentLog })(session);
    await new Promise((resolve) => { setImmediate(resolve); });
    const { values } = await metrics.takeoverSeconds.get();
    return ['count', 'sum'].map((which) => values.find(({ metricName }) => metricName === `blazz_takeover_seconds_${which}`)?.value ?? 0);
  };

  beforeEach(() => {
    metrics = fleetMetrics();
  });

  it('counts from the last heartbeat of the owner that was lost', async () => {
    expect(await measured({ state: 'lost' })).toEqual([1, 17]);
  });

  it.each<{ what: string; before: Partial<Instance> | undefined }>([
    { what: 'handed it over and left', before: { state: 'lost', hasLeft: true } },
    { what: 'still lives', before: { state: 'ready' } },
    { what: 'is forgotten', before: undefined },
  ])('counts nothing if the owner before $what', async ({ before }) => {
    expect(await measured(before)).toEqual([0, 0]);
  });

  it('counts nothing for a session that nobody had before', async () => {
    expect(await measured({ state: 'lost' }, aSession())).toEqual([0, 0]);
  });
});
