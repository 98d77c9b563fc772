import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHandOver } from '../../../fleet/sessions/hand-over.ts';
import { Reconciler } from '../../../fleet/sessions/reconciler.ts';
import { SessionPool } from '../../../fleet/sessions/session-pool.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import type { InstanceLease } from '../../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../../shared/domain/instances/instance-registry.ts';
import { silenceWatch } from '../../../shared/domain/instances/silence-watch.ts';
import { makeReassignSessions } from '../../../shared/domain/sessions/reassign-sessions.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { FakeWhatsAppClient } from '../../support/fakes/fake-whatsapp-client.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memoryInstanceRegistry } from '../../support/fakes/memory-instance-registry.ts';
import { memorySessions, type MemorySessions } from '../../support/fakes/memory-sessions.ts';
import { memorySessionStore } from '../../support/fakes/memory-session-store.ts';
import { silentLog as log } from '../../support/fakes/silent-log.ts';
import { sessionServices } from '../../support/session-services.ts';

const TTL_MS = 600_000;

describe('a fleet without room', () => {
  let root: string;
  let records: MemorySessions;
  let registry: InstanceRegistry;
  let reconcilers: Map<string, Reconciler>;
  let pools: Map<string, SessionPool>;
  let heartbeats: (() => Promise<void>)[];
  let reassign: ReturnType<typeof makeReassignSessions>;

  /** As long as nothing but looking happens. */
  const lookAround = async (times = 5): Promise<void> => {
    for (let n = 0; n < times; n++) {
      for (const beat of heartbeats) await beat();
      await reassign();
    }
  };
  const enter = async (): Promise<string> => (await records.insert(aSession())).id;
  const record = (id: string) => records.records.get(id);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-no-room-'));
    [records, reconcilers, pools, heartbeats] = [memorySessions(), new Map(), new Map(), []];
    registry = memoryInstanceRegistry(clock);
    const assignments = memoryAssignments(records.records);
    const calls = { nudge: async ({ id, instanceId }: { id: string; instanceId: string | null }) => reconcilers.get(instanceId ?? '')?.look(id) };
    reassign = makeReassignSessions({ registry, assignments, sessions: records, calls, silence: silenceWatch(clock), clock });
    for (const instanceId of [anId('ins'), anId('ins')]) {
      let lease: InstanceLease | undefined = await registry.register({ id: instanceId, url: 'http://127.0.0.1:1', zone: 'a', capacity: 1, version: 'v' }, TTL_MS);
      const pool = new SessionPool({
        instanceId, capacity: 1,
        services: sessionServices({ instanceId, profileRoot: root, assignments, store: memorySessionStore(), makeClient: () => new FakeWhatsAppClient(), send: async () => undefined }),
      });
      const beat = async (): Promise<void> => {
        const load = { sessions: pool.size, memoryBytes: 0, eventLoopLagMs: 0, isAdmitting: pool.refusal() === undefined };
        lease = lease && (await registry.renew(lease, { state: 'ready', load }, TTL_MS));
      };
      const handOver = makeHandOver({ instanceId, registry, assignments, sessions: records, calls, clock, log });
      const passOn = async ({ id }: Session): Promise<void> => void (await handOver(id));
      reconcilers.set(instanceId, new Reconciler({ instanceId, intervalMs: 60_000, assignments, sessions: records, pool, tellLoad: beat, passOn, log }));
      pools.set(instanceId, pool);
      heartbeats.push(beat);
      await beat();
    }
  });
  afterEach(async () => {
    for (const pool of pools.values()) await Promise.all(pool.ids.map(async (id) => pool.find(id)?.handOver())); // a kill would leave a start that still writes
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  });

  it('places the second session elsewhere, and lets the third wait, shown as starting with the reason, without being passed around', async () => {
    const ids = [await enter(), await enter(), await enter()];
    await lookAround();
    const waiting = ids.filter((id) => record(id)?.instanceId === null);
    expect(waiting).toHaveLength(1);
    expect([...pools.values()].map(({ size }) => size)).toEqual([1, 1]);
    const [late = ''] = waiting;
    expect(record(late)).toMatchObject({ status: 'starting', health: { detail: expect.stringContaining('as many sessions as it may') } });
    const before = record(late);
    await lookAround(20);
    expect(record(late)).toEqual(before); // neither assigned nor written to again
  });

  it('starts the one that waited as soon as there is room', async () => {
    const ids = [await enter(), await enter(), await enter()];
    await lookAround();
    const late = ids.find((id) => record(id)?.instanceId === null) ?? '';
    const first = ids.find((id) => id !== late) ?? '';
    records.records.delete(first);
    for (const pool of pools.values()) await pool.find(first)?.handOver();
    await lookAround();
    expect(record(late)?.instanceId).not.toBeNull();
    expect([...pools.values()].some((pool) => pool.find(late))).toBe(true);
  });

  it('refuses what an instance short of memory is given all the same, and tells the others', async () => {
    const [[instanceId, pool]] = [...pools] as [[string, SessionPool]];
    pool.admission.note({ sessions: 0, memoryBytes: 9, memoryLimitBytes: 8, descriptors: { open: 1, limit: 20_000 } });
    const id = await enter();
    records.records.set(id, { ...aSession({ id }), instanceId, fencingToken: 1 });
    await reconcilers.get(instanceId)?.look(id);
    expect(record(id)?.instanceId).not.toBe(instanceId);
    expect([...pools.values()].map(({ size }) => size)).toEqual([0, 1]);
    expect((await registry.find(instanceId))?.load.isAdmitting).toBe(false);
  });
});
