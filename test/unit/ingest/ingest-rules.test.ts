import { describe, expect, it } from '@jest/globals';
import { addressList } from '../../../shared/adapters/http/address-list.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { countKinds } from '../../../shared/domain/ingest/event-kinds.ts';
import { takeTokens, type TokenBuckets } from '../../../shared/domain/ingest/token-buckets.ts';
import { describeEventLimits, describeSeenSignatures } from '../../contract/ingest-guards.contract.ts';
import { memoryEventLimits, memorySeenSignatures } from '../../support/fakes/memory-ingest-guards.ts';

describeEventLimits('memoryEventLimits', memoryEventLimits);
describeSeenSignatures('memorySeenSignatures', memorySeenSignatures);

const AT = '2026-03-01T10:00:00Z';

describe('countKinds', () => {
  it('tells kinds apart', () => {
    const status = { type: 'session.status', at: AT, reason: null, details: null, phoneNumber: null } as const;
    const events: SessionEvent[] = [
      { type: 'message.sent', at: AT, messageId: 'm', wireId: 'w' },
      { type: 'message.revoked', at: AT, peer: '+49', wireId: 'w', author: null },
      { type: 'message.ack', at: AT, messageId: 'm', ack: 'read' },
      { ...status, status: 'connected' },
      { ...status, status: 'disconnected' },
      { type: 'session.qr', at: AT, qr: 'x', expiresAt: AT, attempt: 1 },
      { type: 'chat.typing', at: AT, peer: '+49', author: null, state: 'typing' },
    ];
    expect(countKinds(events)).toEqual({ message: 2, ack: 1, session_ready: 1, qr: 1, other: 2 });
  });
});

describe('takeTokens', () => {
  const taken = (before: TokenBuckets | undefined, wanted: object, now: number): TokenBuckets => {
    const result = takeTokens(before, wanted, now);
    if (!result.isTaken) throw new Error(`refused for ${result.waitMs} ms`);
    return result.buckets;
  };

  it('lets a batch larger than a bucket pass when that is full, and makes others wait for its debt', () => {
    const inDebt = taken(undefined, { other: 150 }, 0);
    expect(inDebt.left.other).toBe(-50);
    expect(takeTokens(inDebt, { other: 10 }, 0)).toEqual({ isTaken: false, kind: 'other', waitMs: 36_000 });
    expect(takeTokens(inDebt, { other: 150 }, 89_999)).toMatchObject({ isTaken: false });
    expect(takeTokens(inDebt, { other: 150 }, 90_000)).toMatchObject({ isTaken: true });
  });

  it('keeps to the limit in the long run', () => {
    let buckets: TokenBuckets | undefined;
    let passed = 0;
    for (let second = 0; second < 600; second++) {
      const result = takeTokens(buckets, { message: 50 }, second * 1_000);
      if (!result.isTaken) continue;
      buckets = result.buckets;
      passed += 50;
    }
    expect(passed).toBeGreaterThanOrEqual(10_000);
    expect(passed).toBeLessThanOrEqual(11_000); // a burst of one minute more than ten
  });

  it('survives a clock that goes back', () => {
    const buckets = taken(undefined, { qr: 20 }, 60_000);
    expect(takeTokens(buckets, { qr: 1 }, 0)).toMatchObject({ isTaken: false, waitMs: 3_000 });
  });
});

describe('addressList', () => {
  const isTrusted = addressList('10.0.0.0/8, 2001:db8::/32');

  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['2001:db8::1', true],
    ['11.0.0.1', false],
    ['2001:db9::1', false],
    ['', false],
    ['10.1.2.3, 1.2.3.4', false],
  ])('%s: %s', (address, expected) => expect(isTrusted(address)).toBe(expected));

  it('trusts nobody when it is empty', () => expect(addressList('')('127.0.0.1')).toBe(false));
  it('names what it cannot read', () => expect(() => addressList('10.0.0.0/8,office')).toThrow('office'));
});
