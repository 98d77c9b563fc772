import { describe, expect, it } from '@jest/globals';
import { neededInstances, planFleet, type FleetLimits, type FleetNow } from '../../../shared/domain/instances/fleet-plan.ts';
import type { Instance } from '../../../shared/domain/instances/instance.ts';
import { makeScaleFleet } from '../../../shared/domain/instances/scale-fleet.ts';
import type { TaskServiceState } from '../../../shared/domain/instances/task-service.ts';
import { anInstance } from '../../support/builders/instance.ts';
import { aSession } from '../../support/builders/session.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

const GB = 1024 ** 3;
const COOL_MS = 600_000;
const LIMITS: FleetLimits = { min: 2, max: 10, sessionsPerInstance: 50, memoryBytes: 32 * GB, scaleInAfterMs: COOL_MS };
const fleetOf = (...loads: readonly number[]): Instance[] =>
  loads.map((sessions, n) => anInstance({ id: `ins_${n}`, taskArn: `task/${n}`, load: { sessions, memoryBytes: 0, eventLoopLagMs: 0 } }));
const steady = (desiredCount: number): TaskServiceState => ({ desiredCount, isDeploying: false, outdatedTasks: [] });
const now = (instances: readonly Instance[], service = steady(instances.length), waiting = 0): FleetNow => ({ instances, service, waiting });

describe('neededInstances', () => {
  it.each([
    { what: 'no sessions: the least there may be', loads: [0, 0], waiting: 0, needed: 2 },
    { what: 'one more than hold them all, so that any one may fail', loads: [50, 10], waiting: 0, needed: 3 },
    { what: 'none more than four fifths full', loads: [50, 50, 50, 50, 50], waiting: 0, needed: 7 },
    { what: 'those that wait count too', loads: [40, 40], waiting: 20, needed: 3 },
    { what: 'never more than there may be', loads: [50, 50], waiting: 900, needed: 10 },
  ])('$what', ({ loads, waiting, needed }) => {
    expect(neededInstances(now(fleetOf(...loads), steady(2), waiting), LIMITS)).toBe(needed);
  });

  it('makes instances hold fewer sessions where sessions are big', () => {
    const load = { sessions: 40, memoryBytes: 32 * GB, eventLoopLagMs: 0 };
    const instances = [anInstance({ id: 'ins_a', load }), anInstance({ id: 'ins_b', load })];
    expect(neededInstances(now(instances), LIMITS)).toBe(4); // 34 each: three hold them all, and one may fail
    expect(neededInstances(now(instances), { ...LIMITS, memoryBytes: 100 * GB })).toBe(3);
    expect(neededInstances(now(instances), { ...LIMITS, memoryBytes: 16 * GB })).toBe(6);
  });

  it('goes by the smallest instance, and not by those that are lost', () => {
    const [a, b] = fleetOf(10, 50);
    expect(neededInstances(now([{ ...(a as Instance), capacity: 5 }, { ...(b as Instance), state: 'lost' }]), LIMITS)).toBe(3);
  });
});

describe('planFleet', () => {
  it('grows at once', () => {
    expect(planFleet(now(fleetOf(50, 50), steady(2), 30), LIMITS, 0)).toEqual({ desiredCount: 4, drain: [] });
  });

  it('shrinks by the emptiest instance, and only after a while', () => {
    const busy = now(fleetOf(30, 3, 20, 9));
    expect(planFleet(busy, LIMITS, COOL_MS - 1)).toEqual({ desiredCount: 4, drain: [] });
    expect(planFleet(busy, LIMITS, COOL_MS)).toEqual({ desiredCount: 3, drain: ['ins_1'] });
  });

  it('leaves it to ECS to take one that has no sessions', () => {
    expect(planFleet(now(fleetOf(3, 0, 1)), LIMITS, COOL_MS)).toEqual({ desiredCount: 2, drain: [] });
  });

  it.each(['draining', 'starting'] as const)('does not shrink while an instance is %s', (state) => {
    const instances = [...fleetOf(1, 1, 1), anInstance({ id: 'ins_moving', state })];
    expect(planFleet(now(instances), LIMITS, COOL_MS)).toEqual({ desiredCount: 4, drain: [] });
  });

  it('asks nobody to go when there are fewer instances than wanted already', () => {
    expect(planFleet(now(fleetOf(1, 1), steady(3)), LIMITS, COOL_MS)).toEqual({ desiredCount: 2, drain: [] });
  });

  describe('while a new revision is rolled out', () => {
    const outdatedTasks = ['task/0', 'task/1'];
    const deploying = { desiredCount: 2, isDeploying: true, outdatedTasks };

    it('lets the old ones go once there are as many new ones as there should be', () => {
      expect(planFleet(now(fleetOf(1, 1, 0), deploying), LIMITS, COOL_MS)).toEqual({ desiredCount: 2, drain: [] });
      expect(planFleet(now(fleetOf(1, 1, 0, 0), deploying), LIMITS, COOL_MS)).toEqual({ desiredCount: 2, drain: ['ins_0', 'ins_1'] });
    });

    it('asks each of them once', () => {
      const [old, ...others] = fleetOf(1, 1, 0, 0) as [Instance, ...Instance[]];
      expect(planFleet(now([{ ...old, state: 'draining' }, ...others], deploying), LIMITS, 0).drain).toEqual(['ins_1']);
    });
  });
});

describe('makeScaleFleet', () => {
  const clock = new FakeClock();
  const setUp = (instances: Instance[], over: Partial<{ unassigned: number; ofLost: number }> = {}) => {
    const done: string[] = [];
    let desiredCount = instances.length;
    const scale = makeScaleFleet({
      clock,
      registry: { list: async () => instances, requestDrain: async (id) => void done.push(`drain ${id}`) },
      assignments: {
        listUnassigned: async () => Array.from({ length: over.unassigned ?? 0 }, () => aSession()),
        listOf: async () => Array.from({ length: over.ofLost ?? 0 }, () => aSession()),
      },
      tasks: {
        describe: async () => steady(desiredCount),
        setDesiredCount: async (count) => {
          desiredCount = count;
          done.push(`count ${count}`);
        },
      },
    }, LIMITS);
    return { scale, done };
  };

  it('counts the sessions nobody runs, those of lost instances too', async () => {
    const { scale, done } = setUp([...fleetOf(40, 40), anInstance({ id: 'ins_lost', state: 'lost' })], { unassigned: 45, ofLost: 45 });
    expect(await scale()).toMatchObject({ before: 3, waiting: 90, desiredCount: 5 });
    expect(done).toEqual(['count 5']);
  });

  it('takes one away at a time, first from the service and then by asking it to drain', async () => {
    const { scale, done } = setUp(fleetOf(5, 1, 5, 5));
    await scale();
    clock.advance(COOL_MS);
    await scale();
    expect(done).toEqual(['count 3', 'drain ins_1']);
    clock.advance(COOL_MS - 1);
    await scale();
    expect(done).toHaveLength(2);
  });
});
