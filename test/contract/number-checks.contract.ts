import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NumberChecks } from '../../shared/domain/contacts/number-checks.ts';
import { anId } from '../support/builders/session.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const [ADA, BOB] = ['+4915100000001', '+4915100000002'];

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeNumberChecks(name: string, start: () => Promise<{ readonly checks: NumberChecks; stop(): Promise<void> }>): void {
  describe(`${name} keeps the contract of NumberChecks`, () => {
    let checks: NumberChecks;
    let stop: () => Promise<void>;
    beforeAll(async () => ({ checks, stop } = await start()));
    afterAll(() => stop());

    it('remembers answers of one workspace until they are old (I6)', async () => {
      const workspaceId = anId('wsp');
      const answer = { number: ADA, isOnWhatsApp: false, checkedAt: NOW };
      await checks.remember(workspaceId, [answer, { number: BOB, isOnWhatsApp: true, checkedAt: NOW - 1 }]);
      expect(await checks.known(workspaceId, [ADA, BOB, '+4915100000003'], NOW)).toEqual(new Map([[ADA, answer]]));
      await checks.remember(workspaceId, [{ ...answer, isOnWhatsApp: true, checkedAt: NOW + 1 }]);
      expect((await checks.known(workspaceId, [ADA], NOW)).get(ADA)).toMatchObject({ isOnWhatsApp: true });
      expect((await checks.known(anId('wsp'), [ADA], 0)).size).toBe(0);
    });

    it('lets a session spend its budget of a day and no more, also at the same moment', async () => {
      const sessionId = anId('ses');
      const spend = (count: number, day = '2026-06-01') => checks.spend(sessionId, day, count, 50);
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => spend(10)));
      expect(outcomes.filter(Boolean)).toHaveLength(5);
      expect(await spend(1)).toBe(false);
      expect(await spend(51, '2026-06-02')).toBe(false);
      expect(await spend(50, '2026-06-02')).toBe(true);
      await checks.refund(sessionId, '2026-06-01', 10);
      expect(await spend(11)).toBe(false);
      expect(await spend(10)).toBe(true);
    });
  });
}
