import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { spread } from '../../../shared/domain/campaigns/spread.ts';

const NOBODY = new Map<string, string>();
const even = (ids: readonly string[]) => ids.map((id) => ({ id, weight: 1 }));
const people = (count: number) => Array.from({ length: count }, (_, i) => `+49${i}`);

function tally(chosen: ReadonlyMap<string, string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const session of chosen.values()) counts[session] = (counts[session] ?? 0) + 1;
  return counts;
}

describe('spread', () => {
  it('goes round', () => {
    expect([...spread(people(5), even(['a', 'b', 'c']), NOBODY).values()]).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('begins elsewhere with an offset, so that small rounds differ', () => {
    expect([...spread(people(3), even(['a', 'b', 'c']), NOBODY, 4).values()]).toEqual(['b', 'c', 'a']);
  });

  it('follows the weights', () => {
    expect(tally(spread(people(40), [{ id: 'a', weight: 3 }, { id: 'b', weight: 1 }], NOBODY))).toEqual({ a: 30, b: 10 });
  });

  it('keeps a contact with the session that last talked to them, and evens that out', () => {
    const sticky = new Map(people(20).slice(0, 8).map((to) => [to, 'a']));
    const chosen = spread(people(20), even(['a', 'b']), sticky);
    for (const to of sticky.keys()) expect(chosen.get(to)).toBe('a');
    expect(tally(chosen)).toEqual({ a: 10, b: 10 });
  });

  it('ignores a session that is not of the campaign', () => {
    expect([...spread(['+1'], even(['a']), new Map([['+1', 'gone']])).values()]).toEqual(['a']);
  });

  it('gives each its share to within one, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 300 }), fc.nat(50), (sessions, count, offset) => {
        const ids = Array.from({ length: sessions }, (_, i) => `s${i}`);
        const counts = Object.values(tally(spread(people(count), even(ids), NOBODY, offset)));
        return counts.every((n) => Math.abs(n - count / sessions) <= 1);
      }),
    );
  });
});
