import { describe, expect, it } from '@jest/globals';
import { countSend, FRESH_PACING } from '../../shared/domain/pacing/pacing.ts';
import type { PacingStore } from '../../shared/domain/pacing/pacing-store.ts';
import { anId } from '../support/builders/session.ts';

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describePacingStore(name: string, make: () => Promise<PacingStore>): void {
  describe(`${name} keeps the contract of PacingStore`, () => {
    it('gives back what was saved last, for each session its own', async () => {
      const store = await make();
      const [one, other] = [anId('ses'), anId('ses')];
      expect(await store.load(one)).toBeUndefined();
      const state = countSend(FRESH_PACING, Date.UTC(2026, 2, 1));
      await store.save(one, state);
      await store.save(one, countSend(state, Date.UTC(2026, 2, 2)));
      expect(await store.load(one)).toEqual(countSend(state, Date.UTC(2026, 2, 2)));
      expect(await store.load(other)).toBeUndefined();
    });

    it('keeps what each person was sent apart', async () => {
      const store = await make();
      const [one, other] = [anId('ses'), anId('ses')];
      const [ada, bob] = ['+4915200000001', '+4915200000002'];
      expect(await store.loadContact(one, ada)).toEqual([]);
      await store.saveContact(one, ada, [1_700_000_000_000]);
      await store.saveContact(one, ada, [1_700_000_000_000, 1_700_000_060_000]);
      expect(await store.loadContact(one, ada)).toEqual([1_700_000_000_000, 1_700_000_060_000]);
      expect([await store.loadContact(one, bob), await store.loadContact(other, ada), await store.load(one)]).toEqual([[], [], undefined]);
    });
  });
}
