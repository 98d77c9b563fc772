import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../shared/domain/clock.ts';
import type { Attempt, IdempotencyRecords } from '../../shared/domain/idempotency/idempotency-records.ts';
import { anId } from '../support/builders/session.ts';

const RESPONSE = { status: 201, body: { id: 'thg_1', deep: [{ a: null }] }, createdId: null };
const START = 1_800_000_000_000;

export function describeIdempotencyRecords(name: string, make: (clock: Clock) => IdempotencyRecords): void {
  describe(`${name} keeps the contract of IdempotencyRecords`, () => {
    let workspaceId: string;
    let now: number;
    let records: IdempotencyRecords;
    const begin = (hash = 'h1', key = 'k') => records.begin(workspaceId, key, hash);
    const begun = async (): Promise<Attempt> => {
      const beginning = await begin();
      if (beginning.outcome !== 'begun') throw new Error(`Expected to begin, got ${beginning.outcome}`);
      return beginning.attempt;
    };

    beforeEach(() => {
      workspaceId = anId('wsp');
      now = START;
      records = make({ now: () => now });
    });

    it('answers a repeat with the first response, and another request under the key with `reused`', async () => {
      await records.complete(await begun(), RESPONSE);
      expect(await begin()).toEqual({ outcome: 'done', response: RESPONSE });
      expect(await begin('h2')).toEqual({ outcome: 'reused' });
      expect(await records.begin(anId('wsp'), 'k', 'h2')).toMatchObject({ outcome: 'begun' });
      expect(await begin('h2', 'k2')).toMatchObject({ outcome: 'begun' });
    });

    it('lets one run at a time, and another take over after a minute with the same start', async () => {
      const first = await begun();
      now += 59_999;
      expect(await begin()).toEqual({ outcome: 'in-progress' });
      now += 1;
      const second = await begun();
      expect(second.startedAt).toBe(first.startedAt);
      expect(await begin()).toEqual({ outcome: 'in-progress' });
      await records.forget(first); // the first one is still there after all: it must not undo the second
      await records.complete(second, RESPONSE);
      expect(await begin()).toMatchObject({ outcome: 'done' });
    });

    it('lets exactly one of many take over', async () => {
      await begun();
      now += 60_000;
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => begin()));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['begun', 'in-progress', 'in-progress', 'in-progress']);
    });

    it('starts afresh once forgotten, under another body too', async () => {
      await records.forget(await begun());
      now += 5;
      expect(await begin('h2')).toMatchObject({ outcome: 'begun', attempt: { startedAt: now } });
    });

    it('is taken over at once when released, with the same start', async () => {
      const { startedAt } = await begun();
      await records.release(await takenOver());
      now += 5;
      expect(await begin()).toMatchObject({ outcome: 'begun', attempt: { startedAt } });

      async function takenOver(): Promise<Attempt> {
        now += 60_000;
        return begun();
      }
    });

    it('forgets after a day', async () => {
      await records.complete(await begun(), RESPONSE);
      now += 24 * 3_600_000;
      expect(await begin('h2')).toMatchObject({ outcome: 'begun', attempt: { startedAt: now } });
    });
  });
}
