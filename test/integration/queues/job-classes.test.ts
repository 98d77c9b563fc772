import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../local/client/until.ts';
import { sqsJobs } from '../../../shared/adapters/sqs/sqs-jobs.ts';
import { JobClass } from '../../../shared/contracts/jobs.ts';
import { startJobWorld, type JobWorld, type TestJob } from './job-world.ts';

const TEST_MS = 150_000;
/** 10,000 in all; the floods come first, what is urgent last. */
const JOBS: readonly (readonly [JobClass, number])[] = [['low', 4_000], ['default', 4_000], ['high', 1_500], ['critical', 500]];
const POISONED = 3; // of each class
/** While jobs of a class wait, as many of others may be done between two of it. */
const LONGEST_GAP = 1_000;

describe('10,000 jobs of four classes', () => {
  let world: JobWorld;
  beforeAll(async () => {
    world = await startJobWorld();
    for (const [jobClass, count] of JOBS) {
      const jobs = Array.from({ length: count }, (_, n): TestJob => ({ v: 1, kind: 'test', n, isPoisoned: n < POISONED }));
      await sqsJobs<TestJob>(world.client, world.urlOf(jobClass))(jobs);
    }
  }, TEST_MS);
  afterAll(() => world?.stop(), TEST_MS);

  const numbersOf = (jobClass: JobClass): number[] => world.done.filter((each) => each.jobClass === jobClass).map(({ n }) => n);
  /** Where in the order in which jobs were done those of a class are. */
  const placesOf = (jobClass: JobClass): number[] => world.done.flatMap((each, place) => (each.jobClass === jobClass ? [place] : []));
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

  it('are all there, and none is taken yet', async () => {
    expect(await world.work.list()).toEqual(JobClass.options.map((name) => ({ name, waiting: new Map(JOBS).get(name), delayed: 0, inFlight: 0, dead: 0 })));
  });

  it('drain side by side: every job done, no class starved by another', async () => {
    world.start();
    const good = 10_000 - 4 * POISONED;
    await until(async () => world.done.length >= good, { what: 'all to be done', timeoutMs: TEST_MS });
    for (const [jobClass, count] of JOBS) {
      const expected = Array.from({ length: count - POISONED }, (_, i) => i + POISONED);
      expect(numbersOf(jobClass).toSorted((a, b) => a - b)).toEqual(expected); // none lost, none done twice
      const places = [0, ...placesOf(jobClass)];
      const gaps = places.slice(1).map((place, i) => place - (places[i] ?? 0));
      expect([jobClass, Math.max(...gaps) < LONGEST_GAP]).toEqual([jobClass, true]);
    }
  }, TEST_MS);

  it('serve what is urgent first, though it came last', () => {
    const [critical, normal, low] = [placesOf('critical'), placesOf('default'), placesOf('low')];
    expect(mean(critical)).toBeLessThan(mean(normal));
    expect(mean(normal)).toBeLessThan(mean(low));
    expect(low[0]).toBeLessThan(critical.at(-1) ?? 0); // and yet the lowest began before the urgent ones were through
  });

  it('say how long they waited', () => {
    for (const jobClass of JobClass.options) expect(world.notes.get(jobClass)?.waitedMs).toBeGreaterThan(0);
  });

  it('leave what cannot be done to the dead-letter queues, and it comes back from there', async () => {
    const states = async (dead: number) => (await world.work.list()).every((queue) => queue.dead === dead && queue.waiting + queue.inFlight === 0);
    await until(() => states(POISONED), { what: 'poisoned jobs to be given up', timeoutMs: 60_000 });
    const before = world.done.length;
    world.isRepaired = true;
    for (const jobClass of JobClass.options) expect(await world.work.redrive(jobClass, 1_000)).toEqual({ moved: POISONED, isEmpty: true });
    await until(async () => world.done.length === before + 4 * POISONED, { what: 'them to be done after all', timeoutMs: 60_000 });
    for (const jobClass of JobClass.options) expect(numbersOf(jobClass).slice(-POISONED).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(await states(0)).toBe(true);
  }, TEST_MS);
});
