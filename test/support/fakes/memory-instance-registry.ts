import type { Clock } from '../../../shared/domain/clock.ts';
import { instanceNotFound } from '../../../shared/domain/errors.ts';
import type { Instance, InstanceLease } from '../../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../../shared/domain/instances/instance-registry.ts';

const NO_LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };

const leaseOf = ({ id, epoch, expiresAt }: Instance): InstanceLease => ({ instanceId: id, epoch, expiresAt });

export function memoryInstanceRegistry(clock: Clock): InstanceRegistry {
  const records = new Map<string, Instance>();
  const draining = new Set<string>();

  const held = ({ instanceId, epoch }: Pick<InstanceLease, 'instanceId' | 'epoch'>): Instance | undefined => {
    const record = records.get(instanceId);
    return record?.epoch === epoch ? record : undefined;
  };
  const shown = (instance: Instance): Instance =>
    draining.has(instance.id) && instance.state !== 'lost' ? { ...instance, state: 'draining' } : instance;

  return {
    async register(instance, ttlMs) {
      const now = clock.now();
      const epoch = (records.get(instance.id)?.epoch ?? 0) + 1;
      const beat = (records.get(instance.id)?.beat ?? 0) + 1;
      const record: Instance = { taskArn: null, ...instance, state: 'starting', epoch, beat, expiresAt: now + ttlMs, heartbeatAt: now, hasLeft: false, load: NO_LOAD };
      records.set(instance.id, record);
      draining.delete(instance.id);
      return leaseOf(record);
    },
    async renew(lease, { state, load }, ttlMs) {
      const record = held(lease);
      if (!record) return undefined;
      const renewed = { ...record, state, load, beat: record.beat + 1, heartbeatAt: clock.now(), expiresAt: clock.now() + ttlMs };
      records.set(record.id, renewed);
      return leaseOf(renewed);
    },
    async release(lease) {
      const record = held(lease);
      if (record) records.set(record.id, { ...record, state: 'lost', epoch: record.epoch + 1, hasLeft: true });
    },
    async declareLost({ id, epoch, beat }) {
      const record = held({ instanceId: id, epoch });
      if (record?.beat !== beat) return false;
      records.set(record.id, { ...record, state: 'lost', epoch: record.epoch + 1 });
      return true;
    },
    async forget(instanceId) {
      if (records.get(instanceId)?.state === 'lost') records.delete(instanceId);
    },
    async find(instanceId) {
      const record = records.get(instanceId);
      return record && shown(record);
    },
    list: async () => [...records.values()].map(shown),
    async requestDrain(instanceId) {
      if (!records.has(instanceId)) throw instanceNotFound(instanceId);
      draining.add(instanceId);
    },
  };
}
