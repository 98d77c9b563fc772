import type { CheckedNumber, NumberChecks } from '../../../shared/domain/contacts/number-checks.ts';

/** Answers and budgets in memory. */
export function memoryNumberChecks(): NumberChecks {
  const answers = new Map<string, CheckedNumber>();
  const spent = new Map<string, number>();
  return {
    async known(workspaceId, numbers, sinceMs) {
      const found = numbers.map((number) => answers.get(`${workspaceId} ${number}`)).filter((one) => one !== undefined);
      return new Map(found.filter(({ checkedAt }) => checkedAt >= sinceMs).map((one) => [one.number, one]));
    },
    async remember(workspaceId, checked) {
      for (const one of checked) answers.set(`${workspaceId} ${one.number}`, one);
    },
    async spend(sessionId, day, count, budget) {
      const already = spent.get(`${sessionId} ${day}`) ?? 0;
      if (already + count > budget) return false;
      spent.set(`${sessionId} ${day}`, already + count);
      return true;
    },
    async refund(sessionId, day, count) {
      spent.set(`${sessionId} ${day}`, (spent.get(`${sessionId} ${day}`) ?? 0) - count);
    },
  };
}
