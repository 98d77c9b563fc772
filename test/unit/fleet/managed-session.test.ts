import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventPublisher } from '../../../fleet/events/event-publisher.ts';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { QRRateLimiter } from '../../../fleet/sessions/qr-rate-limiter.ts';
import { Reconciler } from '../../../fleet/sessions/reconciler.ts';
import { SessionPool } from '../../../fleet/sessions/session-pool.ts';
import { LiveProfiles } from '../../../fleet/storage/live-profiles.ts';
import type { SessionStore } from '../../../fleet/storage/session-store.ts';
import type { ClientOptions, WhatsAppEvent } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { until } from '../../../local/client/until.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { FakeWhatsAppClient } from '../../support/fakes/fake-whatsapp-client.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { memoryPacingStore } from '../../support/fakes/memory-pacing-store.ts';
import { memorySessions, type MemorySessions } from '../../support/fakes/memory-sessions.ts';
import { memorySessionStore } from '../../support/fakes/memory-session-store.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

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
    const queue = { send: async (batch: { events: SessionEvent[] }) => void events.push(...batch.events) };
    pool = new SessionPool({
      instanceId: US, capacity: 1,
      services: {
        lease: { isHeld: () => true, heldForMs: () => 10_000 },
        makeClient: (options) => {
          browsers.push(new Browser(options));
          return newest();
        },
        profiles: new LiveProfiles(root, US, store), store, assignments,
        publisher: new EventPublisher({ queue, instanceId: US, isLeaseHeld: () => true, collectMs: 0, log: silentLog }),
        outbox: memoryOutbox(memoryMessageTable()),
        messages: { getMany: async () => new Map() },
        pacing: memoryPacingStore(),
        qrLimiter: new QRRateLimiter(systemClock),
        snapshotIntervalMs: 60_000, clock: systemClock, random: () => 0.5, metrics: fleetMetrics(), log: silentLog,
        startInTurn: (start) => start(), noteArrival: () => undefined,
      },
    });
    reconciler = new Reconciler({
      instanceId: US, intervalMs: 20, assignments, sessions: records, pool, log: silentLog,
      passOn: async ({ id }) => void passedOn.push(id),
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

  it('gives up after five rounds of QR codes, and says when to try again', async () => {
    for (let round = 1; round <= 6; round++) {
      newest().tell({ type: 'qr', qr: `code ${round}` });
      newest().tell({ type: 'qr-round-ended' });
    }
    await eventually('the report', () => statuses().at(-1) === 'failed/qr_expired');
    expect(events).toContainEqual(expect.objectContaining({ type: 'session.status', status: 'failed', details: expect.stringContaining('may be shown at 20') }));
    expect(newest().isKilled).toBe(true);
  });

  it('is handed over closed and reported', async () => {
    await connect();
    await pool.find(session.id)?.handOver();
    expect(newest().isClosed).toBe(true);
    expect(statuses().at(-1)).toBe('disconnected/instance_restart');
    expect(pool.size).toBe(0);
  });

  it('goes to somebody else when we are full', async () => {
    const other = await records.insert(aSession({ instanceId: US, fencingToken: 1 }));
    await reconciler.look(other.id);
    expect(passedOn).toEqual([other.id]);
    expect(pool.size).toBe(1);
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
