import type { Facts } from '../facts/facts.ts';
import type { Violation } from './violation.ts';

const keyOf = ({ session, from, text }: Facts['received'][number]): string => `${session.sessionId} ${from} ${text}`;

/** I1: what was written to us is in the history of its chat, once. */
export function lostIncoming({ written, received }: Pick<Facts, 'written' | 'received'>): readonly Violation[] {
  const counts = new Map<string, number>();
  for (const one of received) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return written.flatMap((one) => {
    const count = counts.get(keyOf(one)) ?? 0;
    const what = `"${one.text}" from ${one.from} to ${one.session.sessionId} is in the history ${count} times`;
    return count === 1 ? [] : [{ invariant: 'I1', what }];
  });
}
