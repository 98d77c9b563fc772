import type { Instance } from '../../../shared/domain/instances/instance.ts';

/** A ready instance with room whose lease never ends. */
export const anInstance = (over: Partial<Instance> & { readonly sessions?: number } = {}): Instance => {
  const { sessions = 0, ...rest } = over;
  return {
    id: 'ins_a',
    url: 'http://127.0.0.1:1',
    zone: 'a',
    capacity: 50,
    version: 'test',
    taskArn: null,
    state: 'ready',
    epoch: 1,
    beat: 1,
    expiresAt: Number.MAX_SAFE_INTEGER,
    heartbeatAt: 0,
    hasLeft: false,
    load: { sessions, memoryBytes: 0, eventLoopLagMs: 0 },
    ...rest,
  };
};
