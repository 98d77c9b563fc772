import type { PlannedFault } from '../plan.ts';
import type { Scene } from '../scene.ts';

/** What came of it: it struck something, and may have to be undone, or there was nothing to strike. */
export type Struck = { readonly target: string; readonly undo?: () => Promise<void> | void } | { readonly skipped: string };

export type Strike = (scene: Scene, fault: PlannedFault) => Promise<Struck>;

/** The one of several that a fault's `pick` means. `undefined`: there is none. */
export const pickOf = <T>(items: readonly T[], { pick }: Pick<PlannedFault, 'pick'>): T | undefined => items[Math.floor(pick * items.length)];
