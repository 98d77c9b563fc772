import type { Random } from './random.ts';
import type { LinkedNumber, Records } from './records.ts';
import type { SessionWatch } from './session-watch.ts';
import type { Turmoil } from './turmoil.ts';
import type { World } from './world/world.ts';

/** Everybody and everything a run is made of. */
export interface Scene {
  readonly world: World;
  readonly sessions: readonly LinkedNumber[];
  readonly watch: SessionWatch;
  readonly records: Records;
  readonly turmoil: Turmoil;
  /** For what need not be the same each time: which request is throttled, who writes to whom. */
  readonly random: Random;
  /** The run is given up: nothing is tried any more. */
  readonly ended: AbortSignal;
  readonly say: (line: string) => void;
}
