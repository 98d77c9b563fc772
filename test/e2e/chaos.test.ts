import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ChaosOptions } from '../chaos/chaos-result.ts';
import { planFaults } from '../chaos/plan.ts';
import { figuresOf } from '../chaos/report.ts';
import { runChaos } from '../chaos/run-chaos.ts';

const TEST_MS = 400_000;
const TOTAL_MS = 35_000;
const LEASE = { leaseSeconds: 6, leaseMarginSeconds: 2 };
/** Those whose effects are over in seconds: what waits for a visibility timeout of minutes is for `npm run chaos`. */
const KINDS: ChaosOptions['kinds'] = [
  'instance-kill', 'instance-and-browsers-freeze', 'instance-drain', 'browser-kill', 'queue-duplicates', 'page-drop',
];
const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(2 ** 31));

/** One round of `npm run chaos`, small enough for every day. To repeat one: CHAOS_SEED=<seed> npm run jest -- … */
describe(`A fleet at work, broken again and again (seed ${seed})`, () => {
  it(
    'loses nothing, sends nothing twice, asks nobody for a QR and counts right (I1, I2, I3, I4, I5)',
    async () => {
      const log: string[] = [`seed ${seed}`];
      const result = await runChaos({
        seed, kinds: KINDS, totalMs: TOTAL_MS, gapMs: [3_000, 6_000], sessions: 2, instances: 2, people: 40, ...LEASE,
        restMs: 240_000, keep: false, say: (line) => log.push(line), signal: new AbortController().signal,
      });
      const told = log.join('\n');
      expect({ told, violations: result?.violations, left: result?.left }).toEqual({ told, violations: [], left: [] });
      expect(result?.injected.filter(({ skipped }) => skipped === null).length).toBeGreaterThan(0);
      expect(Object.fromEntries(figuresOf(result!))).toMatchObject({ 'copies of a message, most': '1', lost: '0' });
    },
    TEST_MS,
  );

  it('has the same plan for the same seed', () => {
    const plan = () => planFaults({ seed, kinds: KINDS, totalMs: TOTAL_MS, gapMs: [3_000, 6_000], leaseMs: LEASE.leaseSeconds * 1_000 });
    expect(plan()).toEqual(plan());
  });
});
