import { describe, expect, it } from '@jest/globals';
import { SessionStatus } from '../../../shared/contracts/session-status.ts';
import { applyIntent } from '../../../shared/domain/sessions/apply-intent.ts';
import { applyReport } from '../../../shared/domain/sessions/apply-report.ts';
import { hibernatingSince, wakeAt } from '../../../shared/domain/sessions/hibernation.ts';
import { canMoveSession } from '../../../shared/domain/sessions/session-state.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { stopIfStale } from '../../../shared/domain/sessions/stale-session.ts';
import { aSession } from '../../support/builders/session.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const at = (ms: number): string => new Date(ms).toISOString();
const ago = (ms: number): string => at(NOW - ms);
const owned = (over: Partial<Session>): Session => aSession({ instanceId: 'ins_a', fencingToken: 3, ...over });

describe('where a session may go', () => {
  const from = (status: SessionStatus) => SessionStatus.options.filter((to) => to !== status && canMoveSession(status, to));

  it('to sleep from where it is connected, and from nowhere else', () => {
    expect(SessionStatus.options.filter((status) => from(status).includes('hibernating'))).toEqual(['connected', 'disconnected']);
  });

  it('from sleep by a start or an end, never straight to connected', () => {
    expect(from('hibernating')).toEqual(['starting', 'disconnected', 'action_required', 'failed', 'logged_out', 'deleted']);
  });

  it('from deleted nowhere', () => {
    expect(from('deleted')).toEqual([]);
  });
});

describe('a wish', () => {
  it.each(['failed', 'logged_out', 'hibernating'] as const)('to run one that is %s shows at once, for whoever owns it next, and counts', (status) => {
    const after = applyIntent(owned({ status, statusSince: ago(HOUR_MS) }), { desired: 'running' }, NOW);
    expect(after).toMatchObject({ status: 'starting', statusSince: at(NOW), requests: { restarts: 1 } });
  });

  it.each(['created', 'starting', 'connected', 'qr_scanning', 'disconnected'] as const)('to run one that is %s changes nothing about it', (status) => {
    const before = owned({ status });
    expect(applyIntent(before, { desired: 'running' }, NOW)).toEqual(before);
  });

  it('after a logout starts it again', () => {
    const after = applyIntent(aSession({ status: 'logged_out', desired: 'logged_out', fencingToken: 3 }), { desired: 'running' }, NOW);
    expect(after).toMatchObject({ desired: 'running', status: 'starting' });
  });

  it.each(['starting', 'qr_scanning', 'connected', 'hibernating'] as const)('to stop one that is %s and that nobody runs is done by noting it', (status) => {
    const after = applyIntent(aSession({ status, fencingToken: 3 }), { desired: 'stopped' }, NOW);
    expect(after).toMatchObject({ status: 'disconnected', disconnectReason: 'user_initiated', disconnectedAt: at(NOW) });
    expect(applyIntent(owned({ status }), { desired: 'stopped' }, NOW).status).toBe(status); // its owner will tell
  });

  it('to delete what never ran is done at once, and leaves a record for 30 days', () => {
    const after = applyIntent(aSession(), { desired: 'deleted' }, NOW);
    expect(after).toMatchObject({ status: 'deleted', deletedAt: at(NOW), purgeAfter: at(NOW + 30 * 24 * HOUR_MS) });
  });

  it('after a deletion is refused, but for another deletion', () => {
    const going = applyIntent(owned({ status: 'connected' }), { desired: 'deleted' }, NOW);
    expect(applyIntent(going, { desired: 'deleted' }, NOW)).toEqual(going);
    expect(() => applyIntent(going, { desired: 'running' }, NOW)).toThrow(expect.objectContaining({ code: 'session_being_deleted' }));
  });

  it('that is not the user\'s keeps its reason until the next one', () => {
    const because = { reason: 'qr_expired', details: 'Nobody linked it.' } as const;
    const stopped = applyIntent(owned({}), { desired: 'stopped', because }, NOW);
    expect(stopped.desiredBecause).toEqual(because);
    expect(applyIntent(stopped, { desired: 'running' }, NOW).desiredBecause).toBeNull();
  });

  it('made for what was seen does nothing to what is otherwise by now', () => {
    const seen = owned({ status: 'qr_scanning', statusSince: ago(HOUR_MS) });
    const scanned = { ...seen, status: 'authenticated', statusSince: at(NOW) } as const;
    expect(applyIntent(scanned, { desired: 'stopped', ifAsSeen: seen }, NOW)).toEqual(scanned);
  });
});

describe('a report', () => {
  it('of a new status tells since when, of the same one leaves that', () => {
    const asleep = applyReport(owned({ status: 'connected' }), { at: at(NOW), status: 'hibernating' });
    expect(hibernatingSince(asleep)).toBe(at(NOW));
    expect(applyReport(asleep, { at: at(NOW + HOUR_MS), status: 'hibernating' }).statusSince).toBe(at(NOW));
  });

  it('can say that there is no copy of the profile any more', () => {
    const storage = { path: 'x', bytes: 1, verifiedAt: at(NOW) };
    expect(applyReport(owned({ storage }), { at: at(NOW), storage: null, relinksDone: 2 })).toMatchObject({ storage: null, relinksDone: 2 });
    expect(applyReport(owned({ storage }), { at: at(NOW) }).storage).toEqual(storage);
  });

  it('of a deletion keeps why, and until when the record is kept', () => {
    const deleted = applyReport(owned({ status: 'logged_out' }), { at: at(NOW), status: 'deleted', reason: 'user_initiated', details: 'unconfirmed' });
    expect(deleted).toMatchObject({ deletedAt: at(NOW), purgeAfter: at(NOW + 30 * 24 * HOUR_MS), disconnectDetails: 'unconfirmed' });
  });
});

describe('wakeAt', () => {
  it.each([
    { what: 'one that sleeps', over: {}, expected: at(NOW + 90 * MINUTE_MS) },
    { what: 'one that is awake', over: { status: 'connected' }, expected: null },
    { what: 'one without a schedule', over: { onDemand: { idleMinutes: 1, wakeEveryMinutes: null } }, expected: null },
    { what: 'one that may not sleep any more', over: { onDemand: null }, expected: null },
  ] as const)('of $what', ({ over, expected }) => {
    const session = owned({ status: 'hibernating', statusSince: at(NOW), onDemand: { idleMinutes: 1, wakeEveryMinutes: 90 }, ...over });
    expect(wakeAt(session)).toBe(expected);
  });
});

describe('stopIfStale', () => {
  it.each([
    { what: 'a QR that nobody scans', over: { status: 'qr_scanning', statusSince: ago(30 * MINUTE_MS) }, reason: 'qr_expired' },
    { what: 'one that failed a day ago', over: { status: 'failed', disconnectReason: 'banned', statusSince: ago(24 * HOUR_MS) }, reason: 'banned' },
    { what: 'one the phone unlinked a day ago', over: { status: 'logged_out', disconnectReason: 'logged_out', statusSince: ago(24 * HOUR_MS) }, reason: 'logged_out' },
  ] as const)('stops $what', ({ over, reason }) => {
    expect(stopIfStale(owned(over), NOW)).toMatchObject({ desired: 'stopped', because: { reason }, ifAsSeen: { status: over.status } });
  });

  it.each([
    { what: 'a young QR', over: { status: 'qr_scanning', statusSince: ago(29 * MINUTE_MS) } },
    { what: 'one that failed lately', over: { status: 'failed', statusSince: ago(23 * HOUR_MS) } },
    { what: 'one that tries to connect', over: { status: 'disconnected', statusSince: ago(48 * HOUR_MS) } },
    { what: 'one that hibernates', over: { status: 'hibernating', statusSince: ago(48 * HOUR_MS) } },
    { what: 'one that is stopped already', over: { status: 'failed', desired: 'stopped', statusSince: ago(48 * HOUR_MS) } },
    { what: 'one of unknown age', over: { status: 'qr_scanning', statusSince: null } },
  ] as const)('leaves $what', ({ over }) => {
    expect(stopIfStale(owned(over), NOW)).toBeUndefined();
  });
});
