import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { annotate, withAnnotations, type Annotations, type Deed } from '../../../shared/domain/outbox/annotations.ts';

const ADA = '+4915112345678';
const deed = fc.oneof(
  fc.record({ kind: fc.constant('reaction' as const), author: fc.constantFrom(ADA, null), emoji: fc.constantFrom('👍', '❤️', ''), at: fc.nat(50) }),
  fc.record({ kind: fc.constant('vote' as const), author: fc.constantFrom(ADA, null), options: fc.subarray(['a', 'b']), at: fc.nat(50) }),
  fc.record({ kind: fc.constant('edit' as const), author: fc.constant(ADA), text: fc.constantFrom('x', 'y'), at: fc.nat(50) }),
  fc.record({ kind: fc.constant('revoke' as const), author: fc.constant(ADA), at: fc.nat(50) }),
) as fc.Arbitrary<Deed>;
const uniqueTimes = fc.uniqueArray(deed, { selector: ({ at }) => at, maxLength: 12 });

const shown = (annotations: Annotations) => {
  const { text, reactions, votes, editedAt, revokedAt } = withAnnotations({ text: 'first' }, annotations);
  return { text, isEdited: editedAt !== null, isRevoked: revokedAt !== null, reactions: reactions.map(({ author, emoji }) => `${author} ${emoji}`).toSorted(), votes: votes.map(({ author, options }) => `${author} ${options.join()}`).toSorted() };
};
const inBatches = (deeds: readonly Deed[]) => deeds.reduce<Annotations>((known, each, i) => annotate(known, [each], { sequence: `${i}` }).annotations, {});

describe('annotate', () => {
  it('comes to the same in whatever order and batches deeds come, and however often', () => {
    fc.assert(
      fc.property(uniqueTimes, fc.infiniteStream(fc.nat()), (deeds, dice) => {
        const shuffled = deeds.map((each) => [dice.next().value as number, each] as const).toSorted((a, b) => a[0] - b[0]).map(([, each]) => each);
        const expected = shown(inBatches(deeds.toSorted((a, b) => a.at - b.at)));
        expect(shown(inBatches(shuffled))).toEqual(expected);
        expect(shown(inBatches([...shuffled, ...shuffled]))).toEqual(expected);
        expect(shown(annotate({}, shuffled, { sequence: '1' }).annotations)).toEqual(expected);
      }),
    );
  });

  it('tells the same news again to the batch that brought it, and to no other (I7)', () => {
    fc.assert(
      fc.property(uniqueTimes, (deeds) => {
        const first = annotate({}, deeds, { sequence: '1' });
        const again = annotate(first.annotations, deeds, { sequence: '1' });
        expect([again.news, again.isChanged]).toEqual([first.news, false]);
        expect(annotate(first.annotations, deeds, { sequence: '2' }).news).toEqual([]);
      }),
    );
  });

  it('shows neither a reaction nor a vote that was taken back', () => {
    const back: Deed[] = [{ kind: 'reaction', author: ADA, emoji: '', at: 2 }, { kind: 'vote', author: ADA, options: [], at: 2 }];
    const before = annotate({}, [{ kind: 'reaction', author: ADA, emoji: '👍', at: 1 }, { kind: 'vote', author: ADA, options: ['a'], at: 1 }], { sequence: '1' });
    const after = annotate(before.annotations, back, { sequence: '2' });
    expect(after.news).toEqual(back);
    expect(withAnnotations({ text: null }, after.annotations)).toMatchObject({ reactions: [], votes: [] });
  });
});
