import type { InstanceState } from '../../contracts/api/operations.ts';
import type { Instance, InstanceLease, InstanceLoad } from './instance.ts';

export type NewInstance = Pick<Instance, 'id' | 'url' | 'zone' | 'capacity' | 'version'> & Partial<Pick<Instance, 'taskArn'>>;

/** Losing a race is an outcome, not an error, so it comes back as a value. */
export interface InstanceRegistry {
  /** Grants the lease under the next epoch, which voids any earlier one. State `starting`. */
  register(instance: NewInstance, ttlMs: number): Promise<InstanceLease>;
  /** The heartbeat: one write. `undefined`: the epoch has moved on, close every session. */
  renew(lease: InstanceLease, change: { state: InstanceState; load: InstanceLoad }, ttlMs: number): Promise<InstanceLease | undefined>;
  /**
   * Gives the lease up at once if it is still ours: `lost`, and `hasLeft`. The record stays, so that a session whose
   * assignment to us shows late is found.
   */
  release(lease: InstanceLease): Promise<void>;
  /**
   * Ends a lease (state `lost`, epoch + 1), so that its sessions may move, if nothing of it has changed since it was
   * `seen` so. That its time is over the caller must know: see `silenceWatch`. `false`: it was renewed after all.
   */
  declareLost(seen: Pick<Instance, 'id' | 'epoch' | 'beat'>): Promise<boolean>;
  /** Removes the record of a lost instance once none of its sessions is left. */
  forget(instanceId: string): Promise<void>;
  find(instanceId: string): Promise<Instance | undefined>;
  /** Every instance with a record, `lost` ones included until their sessions have moved. */
  list(): Promise<readonly Instance[]>;
  /** Asks an instance to drain; it does so at its next renewal. Throws `instance_not_found`. */
  requestDrain(instanceId: string): Promise<void>;
}
