import { describe, expect, it } from '@jest/globals';
import type { MessageContent } from '../../../shared/contracts/message.ts';
import { selectNumber, type Candidate, type Wanted } from '../../../shared/domain/providers/select-number.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { aSession } from '../../support/builders/session.ts';

const UP = { isUp: true, score: 1, reason: null };
const DOWN = { isUp: false, score: 1, reason: 'it is disconnected' };
const PERSON = '+4915300000001';

type Written = Partial<Omit<Candidate, 'session'>> & Partial<Pick<Session, 'provider' | 'status' | 'desired'>>;

const candidate = (id: string, { provider = 'webjs', status = 'connected', desired = 'running', ...rest }: Written = {}): Candidate => ({
  session: aSession({ id, provider, status, desired }),
  health: UP,
  window: 'open',
  hasTemplate: false,
  isKnown: false,
  ...rest,
});

const choose = (candidates: readonly Candidate[], type: MessageContent['type'] = 'text', wanted: Partial<Wanted> = {}) => {
  const choice = selectNumber(candidates, { content: { type }, peer: PERSON, isFailoverOn: true, isOptedOut: false, ...wanted });
  return choice && { by: choice.session.id, ...(choice.failoverFrom !== undefined && { for: choice.failoverFrom }) };
};

describe('the number a message leaves from', () => {
  it.each([
    { when: 'all is well', numbers: [candidate('a'), candidate('b')], by: { by: 'a' } },
    { when: 'the first is down', numbers: [candidate('a', { health: DOWN }), candidate('b')], by: { by: 'b', for: 'a' } },
    { when: 'the first two are down', numbers: [candidate('a', { health: DOWN }), candidate('b', { health: DOWN }), candidate('c')], by: { by: 'c', for: 'a' } },
    { when: 'all are down', numbers: [candidate('a', { health: DOWN }), candidate('b', { health: DOWN })], by: { by: 'a' } },
    { when: 'the first is logged out', numbers: [candidate('a', { status: 'logged_out' }), candidate('b')], by: { by: 'b' } },
    { when: 'the first is to be deleted', numbers: [candidate('a', { desired: 'deleted' }), candidate('b')], by: { by: 'b' } },
  ])('$when', ({ numbers, by }) => expect(choose(numbers)).toEqual(by));

  it.each([
    { when: 'the first, when failover is off, even if it is down', off: [candidate('a', { health: DOWN }), candidate('b')], by: { by: 'a' } },
    { when: 'the next that can send it, when failover is off and the first cannot', off: [candidate('a', { status: 'logged_out' }), candidate('b')], by: { by: 'b' } },
  ])('is $when', ({ off, by }) => expect(choose(off, 'text', { isFailoverOn: false })).toEqual(by));

  it.each([
    ['poll', [candidate('meta', { provider: 'meta' }), candidate('web')], { by: 'web' }],
    ['template', [candidate('web'), candidate('meta', { provider: 'meta', hasTemplate: true })], { by: 'meta' }],
    ['template', [candidate('other', { provider: 'meta' }), candidate('meta', { provider: 'meta', hasTemplate: true })], { by: 'meta' }],
    ['template', [candidate('meta', { provider: 'meta', hasTemplate: true, health: DOWN }), candidate('web')], { by: 'meta' }],
    ['template', [candidate('meta', { provider: 'meta', hasTemplate: true, window: 'closed' })], { by: 'meta' }],
  ] as const)('is one whose provider has %s', (type, numbers, by) => expect(choose(numbers, type)).toEqual(by));

  it.each([
    { what: 'a closed window keeps Meta from standing in', window: 'closed', by: { by: 'web' } },
    { what: 'one of which nothing is known does too', window: 'unknown', by: { by: 'web' } },
    { what: 'an open one lets it', window: 'open', by: { by: 'meta', for: 'web' } },
  ] as const)('$what', ({ window, by }) => expect(choose([candidate('web', { health: DOWN }), candidate('meta', { provider: 'meta', window })])).toEqual(by));

  it('is the one that should send when nothing is known of its window: Meta has the last word', () => {
    expect(choose([candidate('meta', { provider: 'meta', window: 'unknown' }), candidate('web')])).toEqual({ by: 'meta' });
  });

  it('is no stranger’s to who opted out', () => {
    const down = candidate('known', { health: DOWN, isKnown: true });
    expect(choose([down, candidate('stranger')], 'text', { isOptedOut: true })).toEqual({ by: 'known' });
    expect(choose([candidate('first', { health: DOWN }), candidate('known', { isKnown: true })], 'text', { isOptedOut: true })).toEqual({ by: 'known', for: 'first' });
  });

  it('is not on Meta for a group or a lid', () => {
    const numbers = [candidate('web', { health: DOWN }), candidate('meta', { provider: 'meta' })];
    expect(choose(numbers, 'text', { peer: '12036@g.us' })).toEqual({ by: 'web' });
    expect(choose(numbers, 'text', { peer: '4711@lid' })).toEqual({ by: 'web' });
  });

  it('is the first if none can send it, so that what keeps it is told; and none of none', () => {
    expect(choose([candidate('a', { provider: 'meta' }), candidate('b', { provider: 'meta' })], 'poll')).toEqual({ by: 'a' });
    expect(choose([])).toBeUndefined();
  });
});
