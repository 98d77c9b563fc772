import type { PlannedFault } from '../plan.ts';
import type { Scene } from '../scene.ts';

interface Hit {
  readonly target: string;
  readonly undo?: () => Promise<void> | void;
  /** What goes on by itself and has to be waited for. */
  readonly ending?: Promise<void>;
}

/** What came of it: it struck something, or there was nothing to strike. */
export type Struck = Hit | { readonly skipped: string };

export type Strike = (scene: Scene, fault: PlannedFault) => Promise<Struck>;

/** The one of several that a fault's `pick` means. `undefined`: there is none. */
export const pickOf = <T>(items: readonly T[], { pick }: Pick<PlannedFault, 'pick'>): T | undefined => items[Math.floor(pick * items.length)];
