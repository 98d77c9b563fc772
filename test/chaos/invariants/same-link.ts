import type { Facts } from '../facts/facts.ts';
import type { Violation } from './violation.ts';

/** I4: a number is linked once, and once more for each time a person removed the device; nobody is asked for more. */
export function lostLinks({ links, unexpected }: Pick<Facts, 'links' | 'unexpected'>): readonly Violation[] {
  const asked = unexpected.map(({ sessionId, status, at }) => `${sessionId} was ${status} at ${at}, and nobody had unlinked it`);
  const relinked = links
    .filter(({ generations, unlinked }) => generations !== unlinked + 1)
    .map(({ sessionId, generations, unlinked }) => `${sessionId} is on link ${generations} after ${unlinked} removals`);
  return [...asked, ...relinked].map((what) => ({ invariant: 'I4', what }));
}
