import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Reconciler } from '../../../fleet/sessions/reconciler.ts';
import { SessionPool } from '../../../fleet/sessions/session-pool.ts';
import type { SessionStore } from '../../../fleet/storage/session-store.ts';
import type { ClientOptions, WhatsAppEvent } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { until } from '../../../local/client/until.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { FakeWhatsAppClient } from '../../support/fakes/fake-whatsapp-client.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memorySessions, type MemorySessions } from '../../support/fakes/memory-sessions.ts';
import { memorySessionStore } from '../../support/fakes/memory-session-store.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { sessionServices } from '../../support/session-services.ts';

const US = anId('ins');
const READY: WhatsAppEvent = { type: 'ready', phoneNumber: '+4915200000001', pageBuild: '2.3000.1' };

class Browser extends FakeWhatsAppClient {
  readonly options: ClientOptions;
  isStarted = false;
  isKilled = false;
  isLoggedOut = false;
  isClosed = false;

  constructor(options: ClientOptions) {
    super();
    this.options = options;
  }

  tell(event: WhatsAppEvent): void {
    this.options.onEvent(event);
  }

  override start = async () => {
    const folder = join(this.options.profileDir, 'Default/Local Storage/leveldb');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '000003.log'), 'prefs');
    this.isStarted = true;
    return undefined;
  };
  override logout = async () => { this.isLoggedOut = true; return undefined; };
  override close = async () => { this.isClosed = true; return undefined; };
  override kill(): void {
    this.isKilled = true;
  }
}

describe('a session in the pool', () => {
  let root: string;
  let records: MemorySessions;
  let store: SessionStore;
  let pool: SessionPool;
  let reconciler: Reconciler;
  let browsers: Browser[];
  let events: SessionEvent[];
  let passedOn: string[];
  let session: Session;

  const eventually = (what: string, probe: () => unknown) => until(async () => Boolean(probe()), { what, timeoutMs: 5_000, everyMs: 5 });
  const newest = () => browsers.at(-1) as Browser;
  const statuses = () => events.flatMap((event) => (event.type === 'session.status' ? [event.reason ? `${event.status}/${event.reason}` : event.status] : []));
  const want = async (change: Partial<Session>) => {
    records.records.set(session.id, { ...(records.records.get(session.id) as Session), ...change });
    await reconciler.look(session.id);
  };
  /** Started, too: a browser that tells of itself before its profile lies on the disk has nothing to take a snapshot of. */
  const opened = (count: number) => eventually(`browser ${count}`, () => browsers.length === count && newest().isStarted);
  const connect = async () => {
    newest().tell(READY);
    await eventually('the snapshot', () => events.some(({ type }) => type === 'session.storage'));
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-pool-'));
    [browsers, events, passedOn] = [[], [], []];
    records = memorySessions();
    store = memorySessionStore();
    const assignments = memoryAssignments(records.records);
    pool = new SessionPool({
      instanceId: US, capacity: 1,
      services: sessionServices({
        instanceId: US, profileRoot: root, store, assignments,
        makeClient: (options) => {
          browsers.push(new Browser(options));
          return newest();
        },
        send: async (batch) => void events.push(...batch.events),
      }),
    });
    reconciler = new Reconciler({
      instanceId: US, intervalMs: 20, assignments, sessions: records, pool, log: silentLog,
      passOn: async ({ id }) => void passedOn.push(id),
      tellLoad: async () => undefined,
    });
    session = await records.insert(aSession({ instanceId: US, fencingToken: 1 }));
    await reconciler.look(session.id);
    await opened(1);
  });
  afterEach(async () => {
    reconciler.stop();
    pool.killAll();
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  });

  it('is linked: reports each step, the QR code and the number', async () => {
    newest().tell({ type: 'qr', qr: 'code' });
    newest().tell({ type: 'authenticated' });
    await connect();
    expect(statuses()).toEqual(['starting', 'qr_scanning', 'authenticated', 'connected']);
    expect(events).toContainEqual(expect.objectContaining({ type: 'session.qr', qr: 'code', attempt: 1 }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'session.status', status: 'connected', phoneNumber: '+4915200000001' }));
  });

  it('stops on request: closed, copied, reported, released', async () => {
    await connect();
    await want({ desired: 'stopped' });
    await eventually('the release', () => records.records.get(session.id)?.instanceId === null);
    await eventually('it to be forgotten', () => pool.size === 0);
    expect(newest().isClosed).toBe(true);
    expect(statuses().at(-1)).toBe('disconnected/user_initiated');
  });

  it('starts a browser again that died, and not one that was unlinked', async () => {
    await connect();
    newest().tell({ type: 'closed', reason: 'browser_died', detail: '' });
    await opened(2);
    expect(browsers[0]?.isKilled).toBe(true);
    newest().tell(READY);
    newest().tell({ type: 'closed', reason: 'logged_out', detail: '' });
    await eventually('the report', () => statuses().at(-1) === 'logged_out/logged_out');
    expect(await store.describe({ workspaceId: session.workspaceId, sessionId: session.id })).toBeUndefined();
    expect(browsers).toHaveLength(2);
    await want({});
    await opened(3);
  });

  it('acts on each request once', async () => {
    await connect();
    await want({ requests: { ...session.requests, restarts: 1 } });
    await opened(2);
    await want({});
    await want({});
    expect(browsers).toHaveLength(2);
    await want({ requests: { ...session.requests, restarts: 1, pairings: 1, pairingPhoneNumber: '+4915200000009' } });
    expect(browsers).toHaveLength(2);
  });

  it('logs out at WhatsApp, wipes, and is released once the table says so', async () => {
    await connect();
    await want({ desired: 'logged_out' });
    await eventually('the report', () => statuses().at(-1) === 'logged_out/user_initiated');
    expect(newest().isLoggedOut).toBe(true);
    expect(await store.describe({ workspaceId: session.workspaceId, sessionId: session.id })).toBeUndefined();
    expect(records.records.get(session.id)?.instanceId).toBe(US);
    await want({ status: 'logged_out' });
    await eventually('the release', () => records.records.get(session.id)?.instanceId === null);
  });

  it('opens a browser once more to log out a number that is linked and not running', async () => {
    await connect();
    newest().tell({ type: 'closed', reason: 'banned', detail: '' });
    await want({ desired: 'deleted' });
    await opened(2);
    newest().tell(READY);
    await eventually('the report', () => statuses().at(-1) === 'deleted/user_initiated');
    expect(newest().isLoggedOut).toBe(true);
  });

  it('is killed at once, unreported, when somebody else has it', async () => {
    await connect();
    await want({ instanceId: anId('ins'), fencingToken: 2 });
    expect(newest().isKilled).toBe(true);
    expect(newest().isClosed).toBe(false);
    expect(pool.size).toBe(0);
    expect(statuses().at(-1)).toBe('connected');
  });

  it('is killed also while it closes to be recycled, and not opened again (I3)', async () => {
    await connect();
    let closed = (): void => undefined;
    newest().close = () => new Promise((resolve) => { closed = () => resolve(undefined); });
    const recycling = pool.find(session.id)?.recycle('memory_hard');
    await eventually('it to close', () => !pool.find(session.id)?.isConnected);
    await want({ instanceId: anId('ins'), fencingToken: 2 });
    expect(newest().isKilled).toBe(true);
    closed();
    await recycling;
    expect(browsers).toHaveLength(1);
  });

  it('gives up after five rounds of QR codes, and says when to try again', async () => {
    for (let round = 1; round <= 6; round++) {
      newest().tell({ type: 'qr', qr: `code ${round}` });
      newest().tell({ type: 'qr-round-ended' });
    }
    await eventually('the report', () => statuses().at(-1) === 'failed/qr_expired');
    expect(events).toContainEqual(expect.objectContaining({ type: 'session.status', status: 'failed', details: expect.stringContaining('may be shown at 20') }));
    expect(newest().isKilled).toBe(true);
  });

  it('is handed over closed, without its caches, and reported', async () => {
    await connect();
    const { profileDir } = newest().options;
    await mkdir(join(profileDir, 'Default/Code Cache/js'), { recursive: true });
    await pool.find(session.id)?.handOver();
    expect(newest().isClosed).toBe(true);
    expect(await readdir(join(profileDir, 'Default'))).toEqual(['Local Storage']);
    expect(statuses().at(-1)).toBe('disconnected/instance_restart');
    expect(pool.size).toBe(0);
  });

  it('does not get a second round of codes for being taken over: the count comes with the record', async () => {
    const shownAt = Array.from({ length: 5 }, () => new Date().toISOString());
    const qr = { rounds: 5, limit: 5, retryAt: null, shownAt };
    const taken = await records.insert(aSession({ instanceId: US, fencingToken: 4, health: { ...UNKNOWN_HEALTH, qr } }));
    pool.killAll();
    await reconciler.look(taken.id);
    await opened(2);
    newest().tell({ type: 'qr', qr: 'one too many' });
    await eventually('the report', () => statuses().at(-1) === 'failed/qr_expired');
    expect(events.filter(({ type }) => type === 'session.qr')).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'session.warning', source: 'qr_rate_limiter' }));
    await eventually('the retry time', () => events.some((event) => event.type === 'session.health' && event.health.qr?.retryAt));
  });

  it('is recycled: closed in order, and started again on the same profile', async () => {
    await connect();
    const { profileDir } = newest().options;
    await pool.find(session.id)?.recycle('memory_soft');
    expect(browsers).toHaveLength(2);
    expect([browsers[0]?.isClosed, browsers[0]?.isKilled, newest().options.profileDir]).toEqual([true, false, profileDir]);
    newest().tell(READY);
    await eventually('the report', () => statuses().at(-1) === 'connected');
    expect(pool.find(session.id)?.context.health.current.restarts).toBe(1);
  });

  it('warns of a lock that a dead browser left, and starts without it', async () => {
    const { profileDir } = newest().options;
    await symlink('other-host-4711', join(profileDir, 'SingletonLock'));
    await want({ requests: { ...session.requests, restarts: 1 } });
    await opened(2);
    expect(await readdir(profileDir)).not.toContain('SingletonLock');
    expect(events).toContainEqual(expect.objectContaining({
      type: 'session.warning', source: 'profile_lock_cleaner', code: 'stale_lock', detail: expect.stringContaining('other-host-4711'),
    }));
  });

  it('goes to somebody else when we are full, said aloud', async () => {
    const other = await records.insert(aSession({ instanceId: US, fencingToken: 1 }));
    await reconciler.look(other.id);
    expect(passedOn).toEqual([other.id]);
    expect(pool.size).toBe(1);
    await eventually('the warning', () => events.some((event) => event.type === 'session.warning' && event.code === 'refused_capacity'));
  });

  it('says no more why it waited, once it is here', async () => {
    const waited = await records.insert(aSession({ instanceId: US, fencingToken: 2, health: { ...UNKNOWN_HEALTH, detail: 'Waiting for room' } }));
    pool.killAll();
    await reconciler.look(waited.id);
    await eventually('the report', () => events.some((event) => event.type === 'session.health' && event.health.detail === null));
  });

  it('waits for a person where it did before the takeover', async () => {
    pool.killAll();
    records.records.delete(session.id);
    const rested = await records.insert(aSession({ instanceId: US, fencingToken: 3, status: 'failed', disconnectReason: 'qr_expired' }));
    reconciler.start();
    await eventually('the tick', () => pool.find(rested.id));
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(browsers.filter(({ options }) => options.sessionId === rested.id)).toEqual([]);
    await reconciler.look(rested.id);
    await eventually('the browser', () => browsers.some(({ options }) => options.sessionId === rested.id));
  });
});
