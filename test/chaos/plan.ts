import { FAULTS, type FaultKind } from './fault-kinds.ts';
import { seededRandom, type Random } from './random.ts';

/** What breaks when. Whom it strikes is chosen by `pick` among those that are there at that moment. */
export interface PlannedFault {
  readonly number: number; // from 1
  readonly kind: FaultKind;
  readonly atMs: number; // from the start
  readonly durationMs: number; // 0: it strikes once
  readonly pick: number; // from 0 to 1
  /** Chooses among the variants of a kind: from 0 to 1. */
  readonly variant: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly totalMs: number;
  readonly kinds: readonly FaultKind[];
  readonly leaseMs: number;
  /** From the beginning of one fault to that of the next. */
  readonly gapMs: readonly [least: number, most: number];
}

const FIRST_AT_MS = 3_000;
const BURST = { chance: 0.3, gapMs: [100, 1_500] } as const;
/** Before and after a fault that has to be alone: so long another may be felt. */
const QUIET_MS = 12_000;
/** Until a lease may be taken once it is over: the allowance for clocks, and somebody's next look. */
const TAKEOVER_MS = 4_500;

/** Every kind as often as it weighs, in any order: whatever is drawn, each kind has its turn before one comes up too often. */
function* dealt(kinds: readonly FaultKind[], random: Random): Generator<FaultKind, never> {
  const deck = kinds.flatMap((kind) => Array.from({ length: FAULTS[kind].weight }, () => kind));
  for (;;) yield* random.shuffled(deck);
}

function durationOf(kind: FaultKind, random: Random, leaseMs: number): number {
  const { seconds, isBeyondLease } = FAULTS[kind];
  const ownMs = random.between(seconds[0] * 1_000, seconds[1] * 1_000);
  return ownMs + (isBeyondLease ? leaseMs + TAKEOVER_MS : 0);
}

function gap(random: Random, [least, most]: PlanOptions['gapMs']): number {
  const isBurst = random.next() < BURST.chance;
  return isBurst ? random.between(...BURST.gapMs) : random.between(least, most);
}

/** The same options give the same plan. Every fault is over by `totalMs`; what would not be is left out. */
export function planFaults({ seed, totalMs, kinds, leaseMs, gapMs }: PlanOptions): readonly PlannedFault[] {
  if (kinds.length === 0) throw new RangeError('There is nothing to break: name at least one kind of fault');
  const random = seededRandom(seed);
  const plan: PlannedFault[] = [];
  let nextMs = FIRST_AT_MS;
  let allOverMs = 0;
  const deck = dealt(kinds, random);
  for (;;) {
    const kind = deck.next().value;
    const { isAlone = false } = FAULTS[kind];
    const atMs = isAlone ? Math.max(nextMs, allOverMs + QUIET_MS) : nextMs;
    if (atMs >= totalMs) return plan;
    const durationMs = durationOf(kind, random, leaseMs);
    const fault = { number: plan.length + 1, kind, atMs, durationMs, pick: random.next(), variant: random.next() };
    const overMs = atMs + durationMs;
    if (overMs <= totalMs) plan.push(fault);
    allOverMs = Math.max(allOverMs, overMs);
    nextMs = isAlone ? overMs + QUIET_MS : atMs + gap(random, gapMs);
  }
}
