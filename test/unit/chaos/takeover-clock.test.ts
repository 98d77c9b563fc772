import { describe, expect, it } from '@jest/globals';
import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import { TakeoverClock } from '../../chaos/takeover-clock.ts';
import { Turmoil } from '../../chaos/turmoil.ts';

const view = (over: Partial<SessionView>): SessionView =>
  ({ id: 'ses_A', status: 'connected', instance: { id: 'ins_1', url: '' }, lastConnectedAt: 'first', ...over }) as SessionView;
const ELSEWHERE = view({ instance: { id: 'ins_2', url: '' }, lastConnectedAt: 'second' });

describe('The takeover clock', () => {
  it.each([
    { what: 'the owner before', seen: view({}) },
    { what: 'a new owner that has not connected yet', seen: view({ instance: { id: 'ins_2', url: '' } }) },
    { what: 'a new owner that is starting', seen: view({ ...ELSEWHERE, status: 'starting' }) },
    { what: 'nobody', seen: view({ instance: null, lastConnectedAt: 'second' }) },
  ])('goes on while the session shows $what', ({ seen }) => {
    const clock = new TakeoverClock();
    clock.expect([view({})], 'ins_1', 'instance-kill', true);
    clock.note(seen);
    expect(clock.done).toEqual([]);
    clock.note(ELSEWHERE);
    expect(clock.done).toEqual([{ sessionId: 'ses_A', cause: 'instance-kill', isUndisturbed: true, ms: expect.any(Number) }]);
  });

  it('measures a session that loses two owners once, from the first loss, and says that it was disturbed', () => {
    const clock = new TakeoverClock();
    clock.expect([view({})], 'ins_1', 'instance-kill', true);
    clock.disturb();
    clock.expect([view({ instance: { id: 'ins_2', url: '' } })], 'ins_2', 'instance-freeze', false);
    clock.note(view({ instance: { id: 'ins_3', url: '' }, lastConnectedAt: 'third' }));
    clock.note(ELSEWHERE);
    expect(clock.done).toMatchObject([{ cause: 'instance-kill', isUndisturbed: false }]);
  });
});

describe('Turmoil', () => {
  it('is calm for a fault that is alone, and not while another is at work or just was', () => {
    let now = 0;
    const turmoil = new Turmoil(() => now);
    turmoil.begin();
    expect(turmoil.isCalmButForOne()).toBe(true);
    turmoil.begin();
    expect(turmoil.isCalmButForOne()).toBe(false);
    turmoil.end();
    expect(turmoil.isCalmButForOne()).toBe(false);
    now = 60_000;
    expect(turmoil.isCalmButForOne()).toBe(true);
  });
});
