import type { InstanceView } from '../../../shared/contracts/api/operations.ts';
import type { instanceRoutes } from '../../../shared/contracts/api/routes/instances.ts';
import { instanceNotFound } from '../../../shared/domain/errors.ts';
import type { Instance } from '../../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../../shared/domain/instances/instance-registry.ts';
import type { Operation } from '../../http/api-request.ts';

/** All of them on one page: a fleet has tens. Those that left in order are nobody's concern. */
export const makeListInstances =
  (registry: Pick<InstanceRegistry, 'list'>): Operation<typeof instanceRoutes.listInstances> =>
  async () => ({ status: 200, body: { data: (await registry.list()).filter(({ hasLeft }) => !hasLeft).map(viewOf), nextCursor: null } });

export const makeDrainInstance =
  (registry: Pick<InstanceRegistry, 'requestDrain' | 'find'>): Operation<typeof instanceRoutes.drainInstance> =>
  async ({ params: { id } }) => {
    await registry.requestDrain(id);
    const instance = await registry.find(id);
    if (!instance || instance.hasLeft) throw instanceNotFound(id); // it left at this very moment
    return { status: 202, body: viewOf(instance) };
  };

const viewOf = ({ id, url, state, capacity, load, version, zone, heartbeatAt }: Instance): InstanceView => ({
  id,
  url,
  state,
  capacity,
  sessions: load.sessions,
  memoryBytes: load.memoryBytes,
  version,
  zone,
  heartbeatAt: new Date(heartbeatAt).toISOString(),
});
