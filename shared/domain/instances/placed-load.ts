import type { SessionStatus } from '../../contracts/session-status.ts';
import type { Instance, InstanceLoad } from './instance.ts';

/** The next heartbeat may have been on its way when a session was given; the one after it counts the session in. */
const COUNTED_AFTER_BEATS = 2;

/** Instances as loaded as they are about to be: their heartbeats tell seconds late what was given to them. */
export interface PlacedLoad {
  /** A session was given to this one of those last asked about. */
  note(instanceId: string, session: { readonly status: SessionStatus }): void;
  of(instances: readonly Instance[]): readonly Instance[];
}

type Lane = 'sessions' | 'hibernating';

/** A session that was given, and what the instance said of itself then. */
interface Given {
  readonly lane: Lane;
  readonly beat: number;
  readonly load: InstanceLoad;
}

const countOf = (load: InstanceLoad, lane: Lane): number => load[lane] ?? 0;

export function placedLoad(): PlacedLoad {
  const given = new Map<string, readonly Given[]>();
  let seen: readonly Instance[] = [];

  const uncounted = ({ id, beat }: Instance): readonly Given[] => (given.get(id) ?? []).filter((each) => beat < each.beat + COUNTED_AFTER_BEATS);

  /** From what there was before the first that may not be counted yet: some are, and must not be counted twice. */
  const expected = (instance: Instance, lane: Lane): number => {
    const [first, ...others] = uncounted(instance).filter((each) => each.lane === lane);
    const told = countOf(instance.load, lane);
    return first ? Math.max(told, countOf(first.load, lane) + 1 + others.length) : told;
  };

  return {
    note(instanceId, { status }) {
      const instance = seen.find(({ id }) => id === instanceId);
      if (!instance) return;
      const { beat, load } = instance;
      given.set(instanceId, [...uncounted(instance), { lane: status === 'hibernating' ? 'hibernating' : 'sessions', beat, load }]);
    },
    of(instances) {
      seen = instances;
      return instances.map((instance) => {
        const load = { ...instance.load, sessions: expected(instance, 'sessions'), hibernating: expected(instance, 'hibernating') };
        return { ...instance, load };
      });
    },
  };
}
