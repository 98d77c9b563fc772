import type { ManagedSession } from './managed-session.ts';

/** When a restart of a browser disturbs nobody. */
export interface RecycleRule {
  /** How long a browser runs at least: one that needs much from the start would do nothing but start. */
  readonly leastLifeMs: number;
  /** Nothing of ours on its way for so long. */
  readonly idleAfterMs: number;
}

export type Recyclable = Pick<ManagedSession, 'isConnected' | 'runningForMs' | 'quietForMs' | 'recycle'>;

export const mayRecycle = ({ isConnected, runningForMs, quietForMs }: Recyclable, { leastLifeMs, idleAfterMs }: RecycleRule): boolean =>
  isConnected && runningForMs >= leastLifeMs && quietForMs >= idleAfterMs;
