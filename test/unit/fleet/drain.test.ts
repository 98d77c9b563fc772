import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Drain } from '../../../fleet/lifecycle/drain.ts';
import { fleetMetrics, type FleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { makeHandOver } from '../../../fleet/sessions/hand-over.ts';
import type { ManagedSession } from '../../../fleet/sessions/managed-session.ts';
import type { InstanceRegistry } from '../../../shared/domain/instances/instance-registry.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memoryInstanceRegistry } from '../../support/fakes/memory-instance-registry.ts';
import { memorySessions, type MemorySessions } from '../../support/fakes/memory-sessions.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const US = anId('ins');
const LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };
const STOP_MS = 110_000;
const FOREVER = new Promise<never>(() => {});

/** A session as the drain sees it; `closesInMs` infinite: it hangs. */
class Running {
  readonly isConnected: boolean;
  readonly #closesInMs: number;
  isKilled = false;
  isClosed = false;

  constructor(closesInMs: number, isConnected: boolean) {
    this.#closesInMs = closesInMs;
    this.isConnected = isConnected;
  }

  async handOver(): Promise<void> {
    if (this.#closesInMs === Number.POSITIVE_INFINITY) return FOREVER;
    await new Promise((resolve) => { setTimeout(resolve, this.#closesInMs); });
    this.isClosed = true;
  }

  kill(): void {
    this.isKilled = true;
  }
}

describe('the drain of an instance', () => {
  let registry: InstanceRegistry;
  let records: MemorySessions;
  let metrics: FleetMetrics;
  let pool: Map<string, Running>;
  let closing: number;
  let mostClosing: number;
  let connectsInMs: number;

  const ready = async (capacity = 50): Promise<string> => {
    const id = anId('ins');
    const lease = await registry.register({ id, url: 'http://127.0.0.1:1', zone: 'a', capacity, version: 'v' }, STOP_MS * 10);
    await registry.renew(lease, { state: 'ready', load: LOAD }, STOP_MS * 10);
    return id;
  };
  const running = async (closesInMs = 1_000, isConnected = true): Promise<string> => {
    const { id } = await records.insert(aSession({ instanceId: US, fencingToken: 1, lastConnectedAt: '2026-01-01T00:00:00.000Z' }));
    pool.set(id, new Running(closesInMs, isConnected));
    return id;
  };
  const ownerOf = (id: string) => records.records.get(id)?.instanceId;
  const count = async (outcome: string) => (await metrics.handOvers.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;

  /** The new owner: connected some time after it was told. */
  const onNudge = async ({ id }: { id: string }): Promise<void> => {
    setTimeout(() => {
      closing -= 1;
      const record = records.records.get(id);
      if (record) records.records.set(id, { ...record, lastConnectedAt: '2026-01-02T00:00:00.000Z' });
    }, connectsInMs);
  };

  /** Runs a drain to its end, and tells how long it took in ms. */
  const drain = async (atOnce = 4): Promise<number> => {
    const startedAt = Date.now();
    let tookMs = Number.NaN;
    const clock = { now: () => Date.now() };
    const sessions = records;
    const assignments = memoryAssignments(records.records, registry);
    const handOver = makeHandOver({ instanceId: US, registry, assignments, sessions, clock, log: silentLog, calls: { nudge: onNudge } });
    const seen = {
      get ids() {
        return [...pool.keys()];
      },
      find: (id: string) => {
        const session = pool.get(id);
        return session && ({ isConnected: session.isConnected, kill: () => session.kill(), handOver: () => {
          closing += 1;
          mostClosing = Math.max(mostClosing, closing);
          return session.handOver();
        } } as unknown as ManagedSession);
      },
    };
    const run = new Drain({ instanceId: US, pool: seen, assignments, sessions, handOver, atOnce, withinMs: STOP_MS, clock, metrics, log: silentLog }).run();
    void run.then(() => { tookMs = Date.now() - startedAt; });
    await jest.advanceTimersByTimeAsync(2 * STOP_MS);
    return tookMs;
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: 1_800_000_000_000 });
    registry = memoryInstanceRegistry(new FakeClock(Date.now()));
    records = memorySessions();
    metrics = fleetMetrics();
    pool = new Map();
    [closing, mostClosing, connectsInMs] = [0, 0, 2_000];
  });
  afterEach(() => void jest.useRealTimers());

  it('gives each session away once it is closed, a few at a time, each until it is connected again', async () => {
    const [a, b] = [await ready(), await ready()];
    const ids = await Promise.all(Array.from({ length: 12 }, () => running()));
    const tookMs = await drain(3);
    expect(ids.filter((id) => ![a, b].includes(ownerOf(id) ?? ''))).toEqual([]);
    expect([...pool.values()].every(({ isClosed }) => isClosed)).toBe(true);
    expect(mostClosing).toBe(3);
    expect(await count('connected')).toBe(12);
    expect(tookMs).toBeLessThan(STOP_MS);
  });

  it.each([
    { what: 'pages that take twenty seconds to load', closesInMs: 3_000, loadsInMs: 20_000 },
    { what: 'browsers that take fifteen seconds to close', closesInMs: 15_000, loadsInMs: 2_000 },
  ])('is in time with fifty sessions on $what', async ({ closesInMs, loadsInMs }) => {
    connectsInMs = loadsInMs;
    await ready();
    const ids = await Promise.all(Array.from({ length: 50 }, () => running(closesInMs)));
    expect(await drain()).toBeLessThan(STOP_MS);
    expect(ids.filter((id) => ownerOf(id) === US)).toEqual([]);
    expect([...pool.values()].filter(({ isKilled }) => isKilled)).toEqual([]);
  });

  it('is not held up by sessions that hang: they are killed, and given away too', async () => {
    await ready();
    const hanging = await Promise.all(Array.from({ length: 3 }, () => running(Number.POSITIVE_INFINITY)));
    const others = await Promise.all(Array.from({ length: 10 }, () => running()));
    expect(await drain()).toBeLessThan(STOP_MS);
    expect([...hanging, ...others].filter((id) => ownerOf(id) === US)).toEqual([]);
    expect(hanging.map((id) => pool.get(id)?.isKilled)).toEqual([true, true, true]);
    expect(others.filter((id) => pool.get(id)?.isKilled)).toEqual([]);
    expect([await count('killed'), await count('connected')]).toEqual([3, 10]);
  });

  it('kills what is left when the time is over, and leaves none of it assigned to us', async () => {
    await ready();
    const ids = await Promise.all(Array.from({ length: 50 }, () => running(Number.POSITIVE_INFINITY)));
    expect(await drain()).toBeLessThan(STOP_MS);
    expect(ids.filter((id) => ownerOf(id) === US)).toEqual([]);
    expect([...pool.values()].every(({ isKilled }) => isKilled)).toBe(true);
  });

  it('leaves unassigned what nobody has room for, and waits for none of it', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => running()));
    await drain();
    expect(ids.map(ownerOf)).toEqual(ids.map(() => null));
    expect(await count('unassigned')).toBe(8);
  });

  it('does not overfill the others, however late their heartbeats tell', async () => {
    const [small, big] = [await ready(3), await ready(50)];
    const ids = await Promise.all(Array.from({ length: 20 }, () => running()));
    await drain();
    const owners = ids.map(ownerOf);
    expect(owners.filter((owner) => owner === small).length).toBeLessThanOrEqual(3);
    expect(owners.filter((owner) => owner === small || owner === big)).toHaveLength(20);
  });

  it('closes first what is not connected: nobody waits for that', async () => {
    await ready();
    const connectedOne = await running();
    const restingOne = await running(100, false);
    const order: string[] = [];
    for (const id of [connectedOne, restingOne]) {
      const session = pool.get(id) as Running;
      const close = session.handOver.bind(session);
      session.handOver = () => {
        order.push(id);
        return close();
      };
    }
    await drain(1);
    expect(order).toEqual([restingOne, connectedOne]);
    expect(await count('given')).toBe(1);
  });

  it('also gives away what was assigned to us without our having taken it on', async () => {
    const other = await ready();
    const { id } = await records.insert(aSession({ instanceId: US, fencingToken: 1 }));
    await drain();
    expect(ownerOf(id)).toBe(other);
  });
});
