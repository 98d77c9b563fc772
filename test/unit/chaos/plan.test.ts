import { describe, expect, it } from '@jest/globals';
import { FAULT_KINDS, FAULTS } from '../../chaos/fault-kinds.ts';
import { planFaults, type PlanOptions } from '../../chaos/plan.ts';

const OPTIONS: PlanOptions = { seed: 7, totalMs: 30 * 60_000, kinds: FAULT_KINDS, leaseMs: 15_000, gapMs: [2_500, 9_000] };
const SEEDS = Array.from({ length: 25 }, (_, seed) => seed);
const overOf = ({ atMs, durationMs }: { atMs: number; durationMs: number }): number => atMs + durationMs;

describe('The plan of a chaos run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planFaults(OPTIONS)).toEqual(planFaults(OPTIONS));
    expect(planFaults({ ...OPTIONS, seed: 8 })).not.toEqual(planFaults(OPTIONS));
  });

  it('has every kind in half an hour', () => {
    for (const seed of SEEDS) expect(new Set(planFaults({ ...OPTIONS, seed }).map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
  });

  it('is over in time, in order, and holds only what was asked for', () => {
    for (const seed of SEEDS) {
      const plan = planFaults({ ...OPTIONS, seed, totalMs: 90_000, kinds: ['instance-kill', 'sqs-hang'] });
      expect(plan.length).toBeGreaterThan(5);
      expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      for (const fault of plan) {
        expect(overOf(fault)).toBeLessThanOrEqual(90_000);
        expect(['instance-kill', 'sqs-hang']).toContain(fault.kind);
      }
    }
  });

  it('leaves alone what has to be', () => {
    for (const seed of SEEDS) {
      const plan = planFaults({ ...OPTIONS, seed });
      for (const lone of plan.filter(({ kind }) => FAULTS[kind].isAlone)) {
        const others = plan.filter((fault) => fault !== lone && overOf(fault) > lone.atMs && fault.atMs < overOf(lone));
        expect(others).toEqual([]);
      }
    }
  });

  it('breaks several things at a time', () => {
    const plan = planFaults(OPTIONS);
    const overlapping = plan.filter((fault, i) => plan.slice(0, i).some((earlier) => overOf(earlier) > fault.atMs));
    expect(overlapping.length).toBeGreaterThan(plan.length / 5);
  });

  it('freezes instances for longer than their lease', () => {
    const freezes = planFaults({ ...OPTIONS, kinds: ['instance-freeze'] });
    for (const { durationMs } of freezes) expect(durationMs).toBeGreaterThan(15_000);
  });

  it('refuses to break nothing', () => {
    expect(() => planFaults({ ...OPTIONS, kinds: [] })).toThrow(RangeError);
  });
});
