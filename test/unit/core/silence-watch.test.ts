import { beforeEach, describe, expect, it } from '@jest/globals';
import { silenceWatch, type SilenceWatch } from '../../../shared/domain/instances/silence-watch.ts';
import { anInstance } from '../../support/builders/instance.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

const LEASE_MS = 15_000;
const OVER_MS = LEASE_MS + 500;
const WRONG = 5 * 60_000;
/** `clockMs`: what the clock of its owner says. */
const beating = (beat: number, clockMs = 0) => anInstance({ beat, heartbeatAt: clockMs, expiresAt: clockMs + LEASE_MS });

describe('silenceWatch', () => {
  let clock: FakeClock;
  let watch: SilenceWatch;

  beforeEach(() => {
    clock = new FakeClock(0);
    watch = silenceWatch(clock);
  });

  it.each([0, WRONG, -WRONG])('counts from the first look, whatever the clock of the owner says (%i ms off)', (clockMs) => {
    watch.look([beating(1, clockMs)]);
    clock.advance(OVER_MS - 1);
    watch.look([beating(1, clockMs)]);
    expect(watch.isOver(beating(1, clockMs))).toBe(false);
    clock.advance(1);
    expect(watch.isOver(beating(1, clockMs))).toBe(true);
  });

  it('begins anew with each heartbeat, though the clock of the owner was set back to the same time', () => {
    watch.look([beating(1)]);
    clock.advance(OVER_MS - 1);
    watch.look([beating(2)]);
    clock.advance(OVER_MS - 1);
    expect(watch.isOver(beating(2))).toBe(false);
    expect(watch.unchangedForMs(beating(2))).toBe(OVER_MS - 1);
  });

  it('tells when to look next: at the end of the lease that ends first', () => {
    expect(watch.nextOverInMs()).toBe(Number.POSITIVE_INFINITY);
    watch.look([beating(1)]);
    clock.advance(5_000);
    watch.look([beating(1), { ...beating(1), id: 'ins_b' }, { ...beating(1), id: 'ins_gone', state: 'lost' }]);
    expect(watch.nextOverInMs()).toBe(OVER_MS - 5_000);
  });

  it('ends nothing of an instance it has not seen before, nor of one that is lost already', () => {
    clock.advance(OVER_MS);
    expect(watch.isOver(beating(1))).toBe(false);
    watch.look([{ ...beating(1), state: 'lost' }]);
    clock.advance(OVER_MS);
    expect(watch.isOver({ ...beating(1), state: 'lost' })).toBe(false);
  });
});
