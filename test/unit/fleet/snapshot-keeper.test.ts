import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SnapshotKeeper } from '../../../fleet/sessions/snapshot-keeper.ts';
import { type SessionStore, StaleOwnerError } from '../../../fleet/storage/session-store.ts';
import { until } from '../../../local/client/until.ts';
import { writeProfile } from '../../support/builders/profile.ts';
import { aSessionContext, type ContextUnderTest } from '../../support/builders/session-context.ts';
import { memorySessionStore } from '../../support/fakes/memory-session-store.ts';

const PAUSES = { settledMs: 1, firstRetryMs: 1, lastRetryMs: 1 };

describe('SnapshotKeeper', () => {
  let root: string;
  let profile: string;
  let tries: number;
  /** What the store does at each try; after these it works. */
  let failures: Error[];
  let under: ContextUnderTest;
  let keeper: SnapshotKeeper;

  const store = (): SessionStore => {
    const working = memorySessionStore();
    return {
      ...working,
      async save(...args) {
        tries += 1;
        const failure = failures.shift();
        if (failure) throw failure;
        return working.save(...args);
      },
    };
  };
  const make = (over: Parameters<typeof aSessionContext>[2] = {}) => {
    under = aSessionContext(root, store(), over);
    keeper = new SnapshotKeeper(under.context, profile, PAUSES);
  };
  const ofType = (type: string) => under.events.filter((event) => event.type === type);
  const eventually = (what: string, probe: () => unknown) => until(async () => Boolean(probe()), { what, timeoutMs: 30_000, everyMs: 5 });
  const outcomes = async () =>
    Object.fromEntries((await under.context.services.metrics.snapshots.get()).values.map(({ labels, value }) => [labels.outcome, value]));
  const full = (): Error => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-keeper-'));
    profile = await writeProfile(join(root, 'profile'), 'link');
    [tries, failures] = [0, []];
    make();
  });
  afterEach(async () => {
    await keeper.stop();
    await rm(root, { recursive: true, force: true });
  });

  it('takes one when it starts, reports it, and another only when something has changed', async () => {
    expect(await keeper.save()).toBe('taken');
    expect(await keeper.save()).toBe('unchanged');
    await appendFile(join(profile, 'Default/Local Storage/leveldb/000003.log'), 'more');
    expect(await keeper.save()).toBe('taken');
    await eventually('the reports', () => ofType('session.storage').length === 2);
    expect(await outcomes()).toEqual({ taken: 2, unchanged: 1 });
    const bytes = (await under.context.services.metrics.snapshotBytes.get()).values.find(({ metricName }) => metricName?.endsWith('_count'));
    expect(bytes?.value).toBe(2);
  });

  it('tries a failed one again soon, long before the next would be due, and warns', async () => {
    failures = [full(), full(), full()];
    keeper.start();
    await eventually('a snapshot', () => ofType('session.storage').length > 0);
    expect(tries).toBe(4);
    expect(ofType('session.warning')).toMatchObject([{ source: 'session_store', code: 'snapshot_failed', detail: expect.stringContaining('the store is full') }]);
    expect(await outcomes()).toMatchObject({ failed: 3, taken: 1 });
  });

  it('does not take one failure for an answer when the profile will be gone', async () => {
    failures = [full(), full()];
    await keeper.saveLast();
    await eventually('the report', () => ofType('session.storage').length > 0);
    failures = [full(), full(), full(), full()];
    await appendFile(join(profile, 'Default/Local Storage/leveldb/000003.log'), 'more');
    await keeper.saveLast();
    expect(failures).toHaveLength(1);
  });

  it('keeps one that is over the quota, and warns', async () => {
    make({ storageQuotaBytes: 0.5 });
    expect(await keeper.save()).toBe('taken');
    await eventually('the warning', () => ofType('session.warning').length > 0);
    expect(ofType('session.warning')).toMatchObject([{ source: 'session_store', code: 'over_quota' }]);
  });

  it('ends when a later owner has taken snapshots (I3)', async () => {
    failures = [new StaleOwnerError('replaced')];
    expect(await keeper.save()).toBe('stale');
    expect(await keeper.save()).toBe('not_allowed');
    expect(tries).toBe(1);
    expect(under.events).toEqual([]);
  });

  it('takes none without the lease', async () => {
    make({ lease: { isHeld: () => false, heldForMs: () => 0 } });
    expect(await keeper.save()).toBe('not_allowed');
    expect(tries).toBe(0);
  });

  it('says nothing of one that was under way when the profile lost its worth', async () => {
    const saving = keeper.save();
    keeper.abandon();
    await saving;
    await under.context.reports.flush();
    expect(under.events).toEqual([]);
  });
});
