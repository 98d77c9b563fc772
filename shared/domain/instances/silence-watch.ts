import type { Clock } from '../clock.ts';
import type { Instance } from './instance.ts';

/** Two clocks do not tick quite alike; NTP may slow one down by half a thousandth. */
const DRIFT_ALLOWANCE_MS = 500;

/**
 * How long instances have given no sign of life, by our own clock alone. Wall clocks of two machines may be minutes
 * apart, so `expiresAt` of another one proves nothing: a lease is over when its record has stood still, before our
 * eyes, for as long as the lease lasts.
 */
export interface SilenceWatch {
  /** To be told of each reading of the registry as soon as it has come. */
  look(instances: readonly Instance[]): void;
  /** How long the record has been as it is, as far as we have seen. */
  unchangedForMs(instance: Instance): number;
  /** Whether its lease is over. Whoever held it has killed its browsers by then. */
  isOver(instance: Instance): boolean;
  /** When the next lease will be over, if its owner stays silent. */
  nextOverInMs(): number;
}

interface Seen {
  readonly instance: Instance;
  readonly since: number;
}

const isSame = (a: Instance, b: Instance): boolean => a.epoch === b.epoch && a.beat === b.beat;
/** Both times are the owner's own, so their difference holds however wrong its clock is. */
const leaseMs = ({ expiresAt, heartbeatAt }: Instance): number => expiresAt - heartbeatAt + DRIFT_ALLOWANCE_MS;

/** `clock`: a monotonic one, which counts the time that a machine sleeps. */
export function silenceWatch(clock: Clock): SilenceWatch {
  let seen: ReadonlyMap<string, Seen> = new Map();

  const seenAs = (instance: Instance): Seen => {
    const before = seen.get(instance.id);
    return before && isSame(before.instance, instance) ? before : { instance, since: clock.now() };
  };
  const unchangedForMs = (instance: Instance): number => clock.now() - seenAs(instance).since;

  return {
    look(instances) {
      seen = new Map(instances.map((instance) => [instance.id, seenAs(instance)]));
    },
    unchangedForMs,
    isOver: (instance) => instance.state !== 'lost' && unchangedForMs(instance) >= leaseMs(instance),
    nextOverInMs() {
      const live = [...seen.values()].filter(({ instance }) => instance.state !== 'lost');
      return Math.min(...live.map(({ instance, since }) => since + leaseMs(instance) - clock.now()).filter((ms) => ms > 0));
    },
  };
}
