import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import type { InstanceLease } from '../../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../../shared/domain/instances/instance-registry.ts';
import { silenceWatch } from '../../../shared/domain/instances/silence-watch.ts';
import type { Assignments } from '../../../shared/domain/sessions/assignments.ts';
import { makeReassignSessions, type ReassignSessions } from '../../../shared/domain/sessions/reassign-sessions.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { aSession } from '../../support/builders/session.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

const TTL_MS = 15_000;
const DRIFT_MS = 500;
const OVER_MS = TTL_MS + DRIFT_MS;
const LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };

describe('makeReassignSessions', () => {
  let dynamo: TestDynamo;
  let wall: { owner: number; reaper: number }; // Unix ms, as each machine has it
  let steady: number; // ms, what really passes
  let nudged: string[];
  let registry: InstanceRegistry;
  let assignments: Assignments;
  let sessions: Sessions;
  let reassign: ReassignSessions;

  const ready = async (id: string, capacity = 50): Promise<InstanceLease> => {
    const lease = await registry.register({ id, url: 'http://127.0.0.1:1', zone: 'a', capacity, version: 'v' }, TTL_MS);
    await renew(lease);
    return lease;
  };
  const renew = (lease: InstanceLease) => registry.renew(lease, { state: 'ready', load: LOAD }, TTL_MS);
  const running = async (instanceId: string, over: Partial<Session> = {}): Promise<string> => {
    const { id } = await sessions.insert(aSession(over));
    await assignments.assign(id, instanceId, 0);
    return id;
  };
  const pass = (ms: number): void => {
    steady += ms;
    wall.owner += ms;
    wall.reaper += ms;
  };
  /** Looks, and lets time pass in which nobody renews. */
  const silence = async (ms = OVER_MS): Promise<void> => {
    await reassign();
    pass(ms);
  };
  const newReaper = (): ReassignSessions => {
    const calls = { nudge: async ({ id, instanceId }: { id: string; instanceId: string | null }) => void nudged.push(`${instanceId}:${id}`) };
    return makeReassignSessions({ registry, assignments, sessions, calls, silence: silenceWatch({ now: () => steady }), clock: { now: () => wall.reaper } });
  };

  beforeEach(async () => {
    dynamo = await startDynamo();
    [wall, steady] = [{ owner: 1_800_000_000_000, reaper: 1_800_000_000_000 }, 1_000];
    nudged = [];
    const clock = { now: () => wall.owner };
    registry = dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry, clock);
    assignments = dynamoAssignments(dynamo.doc, dynamo.tables, clock);
    sessions = dynamoSessions(dynamo.doc, dynamo.tables.core, clock);
    reassign = newReaper();
  });
  afterEach(() => dynamo.stop());

  it('leaves instances alone whose lease may not be over', async () => {
    await ready('ins_a');
    const id = await running('ins_a');
    await silence(OVER_MS - 1);
    expect(await reassign()).toEqual({ lost: [], moved: [], waiting: 0 });
    expect((await sessions.find(id))?.instanceId).toBe('ins_a');
  });

  it('declares a silent instance lost, moves its sessions and tells the new owner', async () => {
    await ready('ins_a');
    const id = await running('ins_a');
    await silence();
    await ready('ins_b');
    expect(await reassign()).toEqual({ lost: ['ins_a'], moved: [{ sessionId: id, instanceId: 'ins_b', fencingToken: 2 }], waiting: 0 });
    expect(await sessions.find(id)).toMatchObject({ instanceId: 'ins_b', fencingToken: 2, previousInstanceId: 'ins_a', migrationCount: 1 });
    expect(nudged).toEqual([`ins_b:${id}`]);
  });

  it('takes nothing from anybody before it has watched for the length of a lease itself', async () => {
    await ready('ins_a');
    pass(60_000);
    expect((await reassign()).lost).toEqual([]);
    pass(OVER_MS);
    expect((await reassign()).lost).toEqual(['ins_a']);
  });

  describe.each([
    { what: 'five minutes ahead', ms: 5 * 60_000 },
    { what: 'five minutes behind', ms: -5 * 60_000 },
  ])('when a clock jumps and is $what', ({ ms }) => {
    it.each(['owner', 'reaper'] as const)('that of the %s: one that renews keeps its sessions (I3)', async (whose) => {
      const lease = await ready('ins_a');
      const id = await running('ins_a');
      await reassign();
      wall[whose] += ms;
      for (let n = 0; n < 5; n++) {
        pass(TTL_MS / 3);
        expect(await renew(lease)).toBeDefined();
        expect(await reassign()).toEqual({ lost: [], moved: [], waiting: 0 });
      }
      expect((await sessions.find(id))?.instanceId).toBe('ins_a');
    });

    it.each(['owner', 'reaper'] as const)('that of the %s: one that dies is taken over as soon as ever', async (whose) => {
      const lease = await ready('ins_a');
      const id = await running('ins_a');
      wall[whose] += ms;
      await renew(lease);
      await silence();
      await ready('ins_b');
      expect(await reassign()).toMatchObject({ lost: ['ins_a'], moved: [{ sessionId: id, instanceId: 'ins_b' }] });
    });
  });

  it('has exactly one winner a session, however many run at once', async () => {
    await ready('ins_a');
    const ids = await Promise.all(Array.from({ length: 12 }, () => running('ins_a')));
    const reapers = [reassign, newReaper(), newReaper()];
    await Promise.all(reapers.map((one) => one()));
    pass(OVER_MS);
    await ready('ins_b');
    await ready('ins_c');
    const outcomes = await Promise.all(reapers.map((one) => one()));
    expect(outcomes.flatMap(({ lost }) => lost)).toEqual(['ins_a']);
    const again = await reassign(); // those that lost the declaration may have listed nothing
    const moved = [...outcomes, again].flatMap((outcome) => outcome.moved.map(({ sessionId }) => sessionId));
    expect(moved.sort()).toEqual(ids.sort());
    for (const id of ids) expect((await sessions.find(id))?.fencingToken).toBe(2);
  });

  it('keeps within the room there is; the rest wait and move when there is more', async () => {
    await ready('ins_a');
    await Promise.all(Array.from({ length: 5 }, () => running('ins_a')));
    await silence();
    await ready('ins_b', 3);
    expect(await reassign()).toMatchObject({ moved: [{}, {}, {}], waiting: 2 });
    const waiting = await assignments.listUnassigned(); // what the size of the fleet follows
    expect(waiting).toMatchObject([{ status: 'starting', fencingToken: 1 }, { status: 'starting', fencingToken: 1 }]);
    for (const { health } of waiting) expect(health.detail).toContain('Waiting for room');
    await ready('ins_c');
    expect(await reassign()).toMatchObject({ lost: [], waiting: 0 });
    expect(await assignments.listOf('ins_a')).toEqual([]);
  });

  it('looks at what waits without reading or writing it again', async () => {
    await ready('ins_a', 0);
    await sessions.insert(aSession());
    expect(await reassign()).toMatchObject({ moved: [], waiting: 1 });
    const untouched = { find: () => Promise.reject(new Error('read')), noteWaiting: () => Promise.reject(new Error('written')) };
    const calls = { nudge: () => Promise.reject(new Error('nudged')) };
    const lookAgain = makeReassignSessions({ registry, assignments, sessions: untouched, calls, silence: silenceWatch({ now: () => steady }), clock: { now: () => wall.reaper } });
    expect(await lookAgain()).toMatchObject({ moved: [], waiting: 1 });
  });

  it('moves hibernating sessions, still asleep, also where all browsers are in use (I4)', async () => {
    await ready('ins_a');
    const ids = await Promise.all([1, 2, 3].map(() => running('ins_a')));
    for (const id of ids) {
      for (const status of ['starting', 'connected', 'hibernating'] as const) await sessions.report(id, 1, { at: new Date(wall.owner).toISOString(), status });
    }
    await silence();
    await ready('ins_b', 1);
    await running('ins_b');
    expect((await reassign()).moved).toHaveLength(3);
    for (const id of ids) expect(await sessions.find(id)).toMatchObject({ instanceId: 'ins_b', status: 'hibernating' });
  });

  it('gives an owner to what has none and something to do, and frees what is at rest', async () => {
    await ready('ins_a');
    const resting = await running('ins_a', { desired: 'stopped' });
    await silence();
    const wanting = await sessions.insert(aSession());
    await sessions.insert(aSession({ desired: 'stopped' }));
    await ready('ins_b');
    expect((await reassign()).moved.map(({ sessionId }) => sessionId)).toEqual([wanting.id]);
    expect((await sessions.find(resting))?.instanceId).toBeNull();
  });

  it('finds a session that was left with an instance which closed in order (I4)', async () => {
    const lease = await ready('ins_a');
    const id = await running('ins_a');
    await registry.release(lease);
    await ready('ins_b');
    expect(await reassign()).toMatchObject({ lost: [], moved: [{ sessionId: id, instanceId: 'ins_b' }] });
  });

  it('forgets a lost instance only when nothing can still be assigned to it', async () => {
    await ready('ins_a');
    await silence();
    await reassign();
    expect((await registry.find('ins_a'))?.state).toBe('lost');
    await reassign();
    pass(59_999);
    await reassign();
    expect(await registry.find('ins_a')).toBeDefined();
    pass(1);
    await reassign();
    expect(await registry.find('ins_a')).toBeUndefined();
  });
});
