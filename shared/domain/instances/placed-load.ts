import type { Instance } from './instance.ts';

/** The next heartbeat may have been on its way when a session was given; the one after it counts the session in. */
const COUNTED_AFTER_BEATS = 2;

/** Instances as loaded as they are about to be: their heartbeats tell seconds late what was given to them. */
export interface PlacedLoad {
  note(instance: Instance): void;
  of(instances: readonly Instance[]): readonly Instance[];
}

export function placedLoad(): PlacedLoad {
  const given = new Map<string, readonly number[]>(); // the beats known when each session was given

  const pending = ({ id, beat }: Instance): readonly number[] => (given.get(id) ?? []).filter((at) => beat < at + COUNTED_AFTER_BEATS);

  return {
    note(instance) {
      given.set(instance.id, [...pending(instance), instance.beat]);
    },
    of: (instances) =>
      instances.map((instance) => {
        const { load } = instance;
        return { ...instance, load: { ...load, sessions: load.sessions + pending(instance).length } };
      }),
  };
}
