import type { MessageStatus } from '../../../shared/contracts/message.ts';
import type { Facts, FinalCampaign } from '../facts/facts.ts';
import type { Violation } from './violation.ts';

const RANK: Readonly<Record<MessageStatus, number>> = {
  queued: 0, sending: 1, unknown: 2, sent: 3, delivered: 4, read: 5, played: 6, failed: 7, skipped: 7, received: 7,
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
