import { beforeEach, describe, expect, it } from '@jest/globals';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { anInstance } from '../support/builders/instance.ts';
import { anId } from '../support/builders/session.ts';

const TTL_MS = 15_000;
const LOAD = { sessions: 3, memoryBytes: 1_000, eventLoopLagMs: 2 };
const instance = (id: string) => ({ id, url: 'http://10.0.3.7:3001', zone: 'a', capacity: 50, version: 'test' });

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeInstanceRegistry(name: string, make: (clock: FakeClock) => Promise<InstanceRegistry>): void {
  describe(`${name} keeps the contract of InstanceRegistry`, () => {
    let clock: FakeClock;
    let registry: InstanceRegistry;
    let id: string;

    const found = async () => (await registry.find(id)) ?? anInstance();

    beforeEach(async () => {
      clock = new FakeClock();
      registry = await make(clock);
      id = anId('ins');
    });

    it('shows what was registered', async () => {
      const lease = await registry.register(instance(id), TTL_MS);
      expect(lease).toEqual({ instanceId: id, epoch: 1, expiresAt: clock.now() + TTL_MS });
      const seen = { ...instance(id), taskArn: null, hasLeft: false, state: 'starting', epoch: 1, expiresAt: lease.expiresAt, heartbeatAt: clock.now() };
      expect(await registry.find(id)).toMatchObject(seen);
      expect((await registry.list()).find((other) => other.id === id)).toMatchObject(seen);
      expect(await registry.find(anId('ins'))).toBeUndefined();
    });

    it('renews with state and load, from the time of the renewal on', async () => {
      const lease = await registry.register(instance(id), TTL_MS);
      clock.advance(5_000);
      const renewed = await registry.renew(lease, { state: 'ready', load: LOAD }, TTL_MS);
      expect(renewed).toEqual({ instanceId: id, epoch: 1, expiresAt: clock.now() + TTL_MS });
      expect(await registry.find(id)).toMatchObject({ state: 'ready', load: LOAD, heartbeatAt: clock.now() });
    });

    it('lets one of several end a lease, whose owner cannot renew it then', async () => {
      const lease = await registry.register(instance(id), TTL_MS);
      const seen = await found();
      const outcomes = await Promise.all([1, 2, 3].map(() => registry.declareLost(seen)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await registry.find(id)).toMatchObject({ state: 'lost', epoch: 2, hasLeft: false });
      expect(await registry.renew(lease, { state: 'ready', load: LOAD }, TTL_MS)).toBeUndefined();
    });

    it('ends none that was renewed since it was seen, were it with the clock set back', async () => {
      const lease = await registry.register(instance(id), TTL_MS);
      const seen = await found();
      clock.advance(-5 * 60_000);
      expect(await registry.renew(lease, { state: 'ready', load: LOAD }, TTL_MS)).toBeDefined();
      expect(await registry.declareLost(seen)).toBe(false);
      expect((await found()).beat).toBe(seen.beat + 1);
    });

    it('grants the lease anew under a higher epoch, which voids the one before', async () => {
      const first = await registry.register(instance(id), TTL_MS);
      const second = await registry.register(instance(id), TTL_MS);
      expect(second.epoch).toBeGreaterThan(first.epoch);
      expect(await registry.renew(first, { state: 'ready', load: LOAD }, TTL_MS)).toBeUndefined();
      await registry.release(first);
      expect(await registry.find(id)).toBeDefined();
    });

    it('remembers who left, and forgets only who is lost', async () => {
      const lease = await registry.register(instance(id), TTL_MS);
      await registry.forget(id);
      expect(await registry.find(id)).toBeDefined();
      await registry.release(lease);
      expect(await registry.find(id)).toMatchObject({ state: 'lost', hasLeft: true });
      expect(await registry.renew(lease, { state: 'ready', load: LOAD }, TTL_MS)).toBeUndefined();
      await registry.forget(id);
      expect(await registry.find(id)).toBeUndefined();
    });

    it('leaves alone who was declared lost before it could leave', async () => {
      const lease = await registry.register(instance(id), TTL_MS);
      await registry.declareLost(await found());
      await registry.release(lease);
      expect(await registry.find(id)).toMatchObject({ state: 'lost', hasLeft: false, epoch: 2 });
    });

    it('shows a requested drain until the instance itself says so, whatever it renews as', async () => {
      const lease = await registry.register(instance(id), TTL_MS);
      await registry.requestDrain(id);
      await registry.renew(lease, { state: 'ready', load: LOAD }, TTL_MS);
      expect(await registry.find(id)).toMatchObject({ state: 'draining' });
      await expect(registry.requestDrain(anId('ins'))).rejects.toMatchObject({ code: 'instance_not_found' });
    });
  });
}
