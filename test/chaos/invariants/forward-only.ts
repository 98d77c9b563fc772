import type { MessageStatus } from '../../../shared/contracts/message.ts';
import type { Facts, FinalCampaign } from '../facts/facts.ts';
import type { Violation } from './violation.ts';

const RANK: Readonly<Record<MessageStatus, number>> = {
  queued: 0, sending: 1, sent: 2, delivered: 3, read: 4, played: 5, failed: 6, skipped: 6, received: 6,
};

/** I5: a status never moves backwards, and what a campaign counts is what its recipients add up to. */
export function stepsBackwards({ statuses, campaigns }: Pick<Facts, 'statuses' | 'campaigns'>): readonly Violation[] {
  const moves = [...statuses].filter(([, steps]) => steps.some((step, i) => RANK[step] < RANK[steps[i - 1] ?? step]));
  const told = moves.map(([id, steps]) => `${id} was ${steps.join(', then ')}`);
  return [...told, ...campaigns.flatMap(miscounts)].map((what) => ({ invariant: 'I5', what }));
}

function miscounts({ id, stats: { total, ...parts }, recount }: FinalCampaign): string[] {
  const wrong = Object.entries(parts).filter(([status, count]) => count !== (recount[status] ?? 0));
  const told = wrong.map(([status, count]) => `${id} counts ${count} ${status} where ${recount[status] ?? 0} are`);
  const sum = Object.values(parts).reduce((all, part) => all + part, 0);
  return sum === total ? told : [...told, `${id} counts ${sum} in all where ${total} are`];
}
