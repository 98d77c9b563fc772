import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrivals } from '../../shared/domain/session-events/arrivals.ts';
import { anId } from '../support/builders/session.ts';

export interface ArrivalsHarness {
  readonly arrivals: Arrivals;
  stop(): Promise<void>;
}

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeArrivals(name: string, start: () => Promise<ArrivalsHarness>): void {
  describe(`${name} keeps the contract of Arrivals`, () => {
    let harness: ArrivalsHarness;
    let arrivals: Arrivals;
    beforeAll(async () => {
      harness = await start();
      arrivals = harness.arrivals;
    });
    afterAll(() => harness.stop());

    it('grows with each batch of a session, each session for itself', async () => {
      const [one, other] = [anId('ses'), anId('ses')];
      expect(await arrivals.number(one, 0, 'a')).toBe('0000000000-0000000001');
      expect(await arrivals.number(one, 0, 'b')).toBe('0000000000-0000000002');
      expect(await arrivals.number(other, 3, 'a')).toBe('0000000003-0000000001');
    });

    it('gives a batch that comes again the number it had, if up to nine came since', async () => {
      const session = anId('ses');
      const keys = Array.from({ length: 30 }, (_, i) => `key ${i}`);
      const numbers: string[] = [];
      for (const key of keys) numbers.push(await arrivals.number(session, 0, key));
      for (const [i, key] of keys.entries()) if (i >= 20) expect(await arrivals.number(session, 0, key)).toBe(numbers[i]);
      expect((await arrivals.number(session, 0, 'new')) > (numbers.at(-1) ?? '')).toBe(true);
    });
  });
}
