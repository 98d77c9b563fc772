import type { LedgerEntry } from '../../../local/client/phones-client.ts';
import type { Facts } from '../facts/facts.ts';
import type { Violation } from './violation.ts';

/** I3: once a later connection of a number has sent, no earlier one does, nor did any try to. */
export function interleavedSenders({ ledger, lateSends }: Pick<Facts, 'ledger' | 'lateSends'>): readonly Violation[] {
  const bySender = Map.groupBy(ledger, ({ sender }) => sender);
  const stepsBack = [...bySender.values()].flatMap(findStepsBack);
  const late = lateSends.map(({ sender, wireId, login, at }) => `${sender} tried to send ${wireId} through connection ${login} at ${at}, when a later one had its link`);
  return [...stepsBack, ...late].map((what) => ({ invariant: 'I3', what }));
}

function findStepsBack(entries: readonly LedgerEntry[]): string[] {
  let latest = 0;
  return entries.toSorted((a, b) => a.seq - b.seq).flatMap(({ sender, wireId, login, acceptedAt }) => {
    if (login === null) return []; // written on the phone
    const isBack = login < latest;
    latest = Math.max(latest, login);
    return isBack ? [`${sender} sent ${wireId} through connection ${login} at ${acceptedAt}, after one through ${latest}`] : [];
  });
}
