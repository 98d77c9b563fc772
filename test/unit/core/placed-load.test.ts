import { beforeEach, describe, expect, it } from '@jest/globals';
import { placedLoad, type PlacedLoad } from '../../../shared/domain/instances/placed-load.ts';
import { anInstance } from '../../support/builders/instance.ts';

describe('placedLoad', () => {
  let placed: PlacedLoad;
  const seen = (beat: number, sessions: number) => placed.of([anInstance({ beat, sessions })])[0]?.load.sessions;
  const give = (count: number): void => {
    for (let n = 0; n < count; n++) placed.note('ins_a', { status: 'starting' });
  };

  beforeEach(() => {
    placed = placedLoad();
  });

  it('counts what was given until heartbeats do, and nothing twice', () => {
    expect(seen(7, 10)).toBe(10);
    give(3);
    expect(seen(7, 10)).toBe(13);
    expect(seen(8, 12)).toBe(13); // one of them came too late for this heartbeat
    give(2);
    expect(seen(8, 12)).toBe(15);
    expect(seen(9, 15)).toBe(15);
    expect(seen(10, 15)).toBe(15);
  });

  it('forgets what the instance counts by itself, and what it got rid of again', () => {
    seen(7, 0);
    give(4);
    expect(seen(9, 1)).toBe(1);
  });

  it('counts those that sleep apart: they take no browser', () => {
    seen(7, 3);
    placed.note('ins_a', { status: 'hibernating' });
    expect(placed.of([anInstance({ beat: 7, sessions: 3 })])[0]?.load).toMatchObject({ sessions: 3, hibernating: 1 });
  });

  it('goes by the heartbeat if that tells of more', () => {
    seen(7, 0);
    give(1);
    expect(seen(8, 9)).toBe(9);
  });
});
