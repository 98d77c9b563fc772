import { describe, expect, it } from '@jest/globals';
import { Recovery, type RecoveryStep } from '../../../fleet/sessions/recovery.ts';
import type { EndReason } from '../../../fleet/sessions/run-endings.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

const CHECK_MS = 120_000;
const MINUTE = 60_000;

function aLadder({ hasSnapshot = true } = {}) {
  const clock = new FakeClock();
  const steps: RecoveryStep[] = [];
  const recovery = new Recovery({ clock, checkMs: CHECK_MS, hasSnapshot: () => hasSnapshot, onStep: (step) => void steps.push(step) });
  /** A browser ends after so long a connection; whether the next start is from the snapshot. */
  const end = (reason: EndReason, connectedForMs = MINUTE) => {
    recovery.onRunEnded(reason, '', connectedForMs);
    return recovery.takeRestore();
  };
  return { clock, steps, recovery, end };
}

describe('Recovery goes down the ladder one step at a time', () => {
  it('loads the page anew, starts the browser again, restores the snapshot once, and then goes on starting', () => {
    const { recovery, steps, end } = aLadder();
    expect([recovery.tryReload('silent'), recovery.tryReload('silent')]).toEqual([true, false]);
    expect([end('silent'), end('silent'), end('silent'), end('silent')]).toEqual([false, true, false, false]);
    expect(steps).toEqual(['reload', 'restart', 'restore', 'restart', 'restart']);
  });

  it('starts from the top again when the session has held for a while', () => {
    const { clock, recovery } = aLadder();
    recovery.tryReload('silent');
    clock.advance(CHECK_MS);
    recovery.onHealthy();
    expect(recovery.tryReload('silent')).toBe(false);
    clock.advance(2 * CHECK_MS);
    recovery.onHealthy();
    expect(recovery.tryReload('silent')).toBe(true);
  });

  it.each<{ reason: EndReason; connectedForMs: number; isRestored: boolean }>([
    { reason: 'start_timeout', connectedForMs: 0, isRestored: true },
    { reason: 'browser_died', connectedForMs: 0, isRestored: true },
    { reason: 'browser_died', connectedForMs: MINUTE, isRestored: false },
    { reason: 'page_crashed', connectedForMs: MINUTE, isRestored: false },
    { reason: 'unreachable', connectedForMs: 0, isRestored: false },
    { reason: 'outdated', connectedForMs: 0, isRestored: false },
    { reason: 'conflict', connectedForMs: MINUTE, isRestored: false },
  ])('after $reason twice, connected for $connectedForMs ms, the profile is at fault: $isRestored', ({ reason, connectedForMs, isRestored }) => {
    const { end } = aLadder();
    expect([end(reason, connectedForMs), end(reason, connectedForMs)]).toEqual([false, isRestored]);
  });

  it('has no snapshot to try where there is none', () => {
    const { end, steps } = aLadder({ hasSnapshot: false });
    expect([end('start_timeout', 0), end('start_timeout', 0)]).toEqual([false, false]);
    expect(steps).toEqual(['restart', 'restart']);
  });

  it('tries the snapshot at once when a linked profile asks for a QR code', () => {
    expect(aLadder().end('profile_unlinked', 0)).toBe(true);
  });

  it('waits longer each time, and longest for what only a new page can cure', () => {
    const { recovery } = aLadder();
    const delays = ['browser_died', 'browser_died', 'browser_died', 'outdated'].map((reason) => recovery.onRunEnded(reason as EndReason, '', 0));
    expect(delays).toEqual([500, 2_000, 5_000, 600_000]);
  });
});
