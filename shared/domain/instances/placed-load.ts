import type { Instance } from './instance.ts';

/** The next heartbeat may have been on its way when a session was given; the one after it counts the session in. */
const COUNTED_AFTER_BEATS = 2;

/** Instances as loaded as they are about to be: their heartbeats tell seconds late what was given to them. */
export interface PlacedLoad {
  /** A session was given to this one of those last asked about. */
  note(instanceId: string): void;
  of(instances: readonly Instance[]): readonly Instance[];
}

/** A session that was given, and what the instance said of itself then. */
interface Given {
  readonly beat: number;
  readonly sessions: number;
}

export function placedLoad(): PlacedLoad {
  const given = new Map<string, readonly Given[]>();
  let seen: readonly Instance[] = [];

  const uncounted = ({ id, beat }: Instance): readonly Given[] => (given.get(id) ?? []).filter((each) => beat < each.beat + COUNTED_AFTER_BEATS);

  /** From what there was before the first that may not be counted yet: some are, and must not be counted twice. */
  const expected = (instance: Instance): number => {
    const [first, ...others] = uncounted(instance);
    const { sessions } = instance.load;
    return first ? Math.max(sessions, first.sessions + 1 + others.length) : sessions;
  };

  return {
    note(instanceId) {
      const instance = seen.find(({ id }) => id === instanceId);
      if (instance) given.set(instanceId, [...uncounted(instance), { beat: instance.beat, sessions: instance.load.sessions }]);
    },
    of(instances) {
      seen = instances;
      return instances.map((instance) => ({ ...instance, load: { ...instance.load, sessions: expected(instance) } }));
    },
  };
}
