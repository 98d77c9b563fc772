import type { Facts } from './facts/facts.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { InjectedFault } from './inject.ts';
import type { Violation } from './invariants/violation.ts';
import type { PlannedFault } from './plan.ts';
import type { Takeover } from './takeover-clock.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly totalMs: number; // of faults; starting, coming to rest and checking take their time besides
  readonly kinds: readonly FaultKind[];
  readonly sessions: number;
  readonly instances: number;
  readonly gapMs: readonly [least: number, most: number];
  readonly people: number; // recipients of each campaign
  readonly leaseSeconds: number;
  readonly leaseMarginSeconds: number;
  readonly restMs: number; // how long it may take until nothing is under way any more
  readonly keep: boolean; // data and logs, of a green run too
  readonly say: (line: string) => void;
  /** How it goes at the moment. */
  readonly show?: (status: string) => void;
  /** Ends the run early: what is broken is put right, and nothing is checked. */
  readonly signal: AbortSignal;
}

export interface ChaosResult {
  readonly options: ChaosOptions;
  readonly plan: readonly PlannedFault[];
  readonly injected: readonly InjectedFault[];
  readonly takeovers: readonly Takeover[];
  readonly facts: Facts;
  /** What had not come to rest in time. */
  readonly left: readonly string[];
  readonly violations: readonly Violation[];
  /** Where tables, logs and ledger of a failed run are. `null`: they are gone. */
  readonly dataDir: string | null;
}

/** Whether all went as it must. */
export const isGreen = ({ violations, left }: Pick<ChaosResult, 'violations' | 'left'>): boolean => violations.length === 0 && left.length === 0;
