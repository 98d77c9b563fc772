import type { SessionStatus } from '../../contracts/session-status.ts';
import type { Instance } from './instance.ts';

/** The next heartbeat may have been on its way when a session was given; the one after it counts the session in. */
const COUNTED_AFTER_BEATS = 2;

/** Instances as loaded as they are about to be: their heartbeats tell seconds late what was given to them. */
export interface PlacedLoad {
  note(instance: Instance, session: { readonly status: SessionStatus }): void;
  of(instances: readonly Instance[]): readonly Instance[];
}

interface Given {
  readonly beat: number; // known when the session was given
  readonly isAsleep: boolean;
}

export function placedLoad(): PlacedLoad {
  const given = new Map<string, readonly Given[]>();

  const pending = ({ id, beat }: Instance): readonly Given[] => (given.get(id) ?? []).filter((one) => beat < one.beat + COUNTED_AFTER_BEATS);

  return {
    note(instance, { status }) {
      given.set(instance.id, [...pending(instance), { beat: instance.beat, isAsleep: status === 'hibernating' }]);
    },
    of: (instances) =>
      instances.map((instance) => {
        const { load } = instance;
        const asleep = pending(instance).filter(({ isAsleep }) => isAsleep).length;
        const sessions = load.sessions + pending(instance).length - asleep;
        return { ...instance, load: { ...load, sessions, hibernating: (load.hibernating ?? 0) + asleep } };
      }),
  };
}
