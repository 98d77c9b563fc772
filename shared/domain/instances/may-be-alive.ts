import type { Instance } from './instance.ts';

/** Wall clocks of two machines are taken to differ by no more. */
const MOST_CLOCK_DIFFERENCE_MS = 300_000;

/**
 * Whether there is a point in calling an instance, as far as wall clocks tell. Good enough for hints; never a reason to
 * take something from it.
 */
export const mayBeAlive = ({ state, expiresAt }: Pick<Instance, 'state' | 'expiresAt'>, now: number): boolean =>
  state !== 'lost' && expiresAt + MOST_CLOCK_DIFFERENCE_MS > now;
