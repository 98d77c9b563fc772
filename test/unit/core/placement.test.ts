import { describe, expect, it } from '@jest/globals';
import type { Instance } from '../../../shared/domain/instances/instance.ts';
import { choosePlacement, whyNoRoom } from '../../../shared/domain/sessions/placement.ts';
import { anInstance } from '../../support/builders/instance.ts';
import { anId } from '../../support/builders/session.ts';

const NOW = 1_000;
const fleet = (size: number): Instance[] => Array.from({ length: size }, (_, n) => anInstance({ id: `ins_${n}` }));
const sessions = Array.from({ length: 1_000 }, () => ({ id: anId('ses'), workspaceId: 'wsp_1' }));
const place = (instances: readonly Instance[], session = sessions[0] as (typeof sessions)[0]) => choosePlacement(session, instances, { now: NOW })?.id;

describe('choosePlacement', () => {
  it('spreads sessions about evenly, and gives one and the same answer whatever the order', () => {
    const instances = fleet(10);
    const counts = new Map<string, number>();
    for (const session of sessions) {
      const id = place(instances, session) ?? '';
      expect(place(instances.toReversed(), session)).toBe(id);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    expect(Math.max(...counts.values())).toBeLessThan(150);
  });

  it('moves only what it must when an instance comes', () => {
    const [before, after] = [fleet(10), fleet(11)];
    const moved = sessions.filter((session) => place(before, session) !== place(after, session));
    expect(moved.every((session) => place(after, session) === 'ins_10')).toBe(true);
    expect(moved.length).toBeLessThan(200);
  });

  it.each([
    { what: 'starting', over: { state: 'starting' } },
    { what: 'draining', over: { state: 'draining' } },
    { what: 'lost', over: { state: 'lost' } },
    { what: 'out of lease, whatever clocks say', over: { expiresAt: NOW - 300_000 } },
    { what: 'full', over: { sessions: 50 } },
    { what: 'short of memory', over: { load: { sessions: 1, memoryBytes: 1, eventLoopLagMs: 0, isAdmitting: false } } },
  ] as const)('gives nothing to an instance that is $what', ({ over }) => {
    expect(place([anInstance(over)])).toBeUndefined();
  });

  it.each([
    { fleet: 'empty', instances: [], why: 'none is ready' },
    { fleet: 'leaving', instances: [anInstance({ state: 'draining' })], why: 'none is ready' },
    { fleet: 'full', instances: [anInstance({ sessions: 50 })], why: 'as many sessions as it may' },
    { fleet: 'out of memory', instances: [anInstance({ sessions: 50 }), anInstance({ load: { sessions: 1, memoryBytes: 1, eventLoopLagMs: 0, isAdmitting: false } })], why: 'short of memory' },
  ])('says why a fleet that is $fleet takes nobody', ({ instances, why }) => {
    expect(whyNoRoom(instances, NOW)).toContain(why);
  });

  it('takes an instance that is out of lease by our clock only if there is no other', () => {
    const behind = anInstance({ id: 'ins_behind', expiresAt: NOW });
    expect(place([behind])).toBe('ins_behind');
    expect(new Set(sessions.map((session) => place([behind, anInstance({ id: 'ins_in_time' })], session)))).toEqual(new Set(['ins_in_time']));
  });

  it('evens out a fleet that is loaded unevenly', () => {
    const instances = [anInstance({ id: 'ins_busy', sessions: 30 }), anInstance({ id: 'ins_idle' })];
    expect(new Set(sessions.map((session) => place(instances, session)))).toEqual(new Set(['ins_idle']));
  });

  it('prefers where the session ran last, if that can take it', () => {
    const instances = fleet(10);
    const [session] = sessions as [(typeof sessions)[0]];
    const options = { now: NOW, preferred: 'ins_3' };
    expect(choosePlacement(session, instances, options)?.id).toBe('ins_3');
    expect(choosePlacement(session, instances, { ...options, except: ['ins_3'] })?.id).not.toBe('ins_3');
    expect(choosePlacement(session, [], options)).toBeUndefined();
  });

  it('gives a hibernating session to an instance whose browsers are all in use, up to ten for each of them', () => {
    const asleep = { id: anId('ses'), workspaceId: 'wsp_1', status: 'hibernating' } as const;
    const full = (hibernating: number) => [anInstance({ capacity: 2, load: { sessions: 2, hibernating, memoryBytes: 0, eventLoopLagMs: 0 } })];
    expect(place(full(19))).toBeUndefined();
    expect(place(full(19), asleep)).toBe('ins_a');
    expect(place(full(20), asleep)).toBeUndefined();
  });
});
