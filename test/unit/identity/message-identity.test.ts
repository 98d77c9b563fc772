import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessageId } from '../../../shared/contracts/ids.ts';
import { chatIdOf, peerHash, peerHashOf } from '../../../shared/identity/chat-identity.ts';
import { messageIdOf, messageIdOfWireId, wireIdOf } from '../../../shared/identity/message-identity.ts';

const WORKSPACE = 'wsp_01J0000000000000000000000A';
const SESSION = 'ses_01J0000000000000000000000B';
const peer = fc.integer({ min: 1_000_000, max: 999_999_999 }).map((digits) => `+49${digits}`);
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('A message id and its wire id', () => {
  it('lead to each other, for any peer, time and seed', () => {
    fc.assert(
      fc.property(peer, time, fc.string(), (to, at, seed) => {
        const id = messageIdOf(WORKSPACE, to, at, seed);
        const wireId = wireIdOf(id, SESSION);
        expect(wireId).toMatch(/^3EB0[0-9A-F]{18}$/);
        expect(messageIdOfWireId(wireId, SESSION, WORKSPACE, to)).toBe(id);
      }),
    );
  });

  it('follow from their arguments, so that a repeated step makes the same message (I2)', () => {
    const make = (attempt: number) => messageIdOf(WORKSPACE, '+4915112345678', 1_700_000_000_000, `cmp|+4915112345678|${attempt}`);
    expect(make(0)).toBe(make(0));
    expect(make(1)).not.toBe(make(0));
  });

  it('is a ULID under our prefix, in time order, that names its partition', () => {
    const [early = '', late = ''] = [1_000, 2_000].map((at) => messageIdOf(WORKSPACE, '+4915112345678', at, 's'));
    expect(MessageId.parse(early)).toBe(early);
    expect(early < late).toBe(true);
    expect(peerHashOf(early)).toBe(peerHash(WORKSPACE, '+4915112345678'));
    expect(peerHashOf(chatIdOf(WORKSPACE, SESSION, '+4915112345678'))).toBe(peerHashOf(early));
  });

  it.each(['3EB0', 'ABCDEF0123456789ABCD', '3EB0zzzzzzzzzzzzzzzzzz', ''])('%p is no wire id of ours', (wireId) => {
    expect(messageIdOfWireId(wireId, SESSION, WORKSPACE, '+4915112345678')).toBeUndefined();
  });

  it('does not collide over a large campaign', () => {
    const ids = new Set(
      Array.from({ length: 20_000 }, (_, n) => messageIdOf(WORKSPACE, `+4915${1_000_000 + n}`, 1_700_000_000_000, `cmp|${n}`)),
    );
    expect(ids.size).toBe(20_000);
  });
});
