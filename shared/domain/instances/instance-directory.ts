import type { Clock } from '../clock.ts';
import type { Instance } from './instance.ts';
import type { InstanceRegistry } from './instance-registry.ts';

const MAX_AGE_MS = 2_000;

/** The registry as it was at most two seconds ago, read once for all who ask meanwhile. */
export interface InstanceDirectory {
  list(): Promise<readonly Instance[]>;
  find(instanceId: string): Promise<Instance | undefined>;
}

export function instanceDirectory(registry: Pick<InstanceRegistry, 'list'>, clock: Clock): InstanceDirectory {
  let reading: Promise<readonly Instance[]> | undefined;
  let readAt = 0;

  const list = (): Promise<readonly Instance[]> => {
    const ageMs = clock.now() - readAt;
    if (reading && ageMs >= 0 && ageMs < MAX_AGE_MS) return reading; // less than 0: the clock was set back
    readAt = clock.now();
    const fresh = registry.list();
    reading = fresh;
    fresh.catch(() => {
      if (reading === fresh) reading = undefined; // whoever asks next tries again
    });
    return fresh;
  };

  return { list, find: async (instanceId) => (await list()).find(({ id }) => id === instanceId) };
}
