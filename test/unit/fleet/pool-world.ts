import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { BrowserSlots } from '../../../fleet/sessions/browser-slots.ts';
import { Reconciler } from '../../../fleet/sessions/reconciler.ts';
import { SessionPool } from '../../../fleet/sessions/session-pool.ts';
import type { ClientOptions, WhatsAppEvent } from '../../../fleet/whatsapp/whatsapp-client.ts';
import { until } from '../../../local/client/until.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { FakeWhatsAppClient } from '../../support/fakes/fake-whatsapp-client.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memoryMessageTable, type MessageRow } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { memorySessions } from '../../support/fakes/memory-sessions.ts';
import { memorySessionStore } from '../../support/fakes/memory-session-store.ts';
import { sessionServices } from '../../support/session-services.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

export const US = anId('ins');
export const READY: WhatsAppEvent = { type: 'ready', phoneNumber: '+4915200000001', pageBuild: '2.3000.1' };
const WAIT_MS = 30_000;

export class Browser extends FakeWhatsAppClient {
  readonly options: ClientOptions;
  isStarted = false;
  isKilled = false;
  isLoggedOut = false;
  isClosed = false;
  isLogoutConfirmed = true;

  constructor(options: ClientOptions) {
    super();
    this.options = options;
    this.onAcks = (acks) => this.tell({ type: 'acks', acks });
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
  override logout = async () => { this.isLoggedOut = true; return this.isLogoutConfirmed; };
  override close = async () => { this.isClosed = true; return undefined; };
  override kill(): void {
    this.isKilled = true;
  }
}

export interface PoolWorldOptions {
  readonly capacity?: number;
  readonly hibernateAfterMs?: number;
  readonly patienceMs?: number;
}

/** A pool with its reconciler over fakes, for one session at first; what sessions report moves their messages. */
export class PoolWorld {
  readonly records = memorySessions();
  readonly store = memorySessionStore();
  readonly messages = memoryMessageTable();
  readonly outbox = memoryOutbox(this.messages);
  readonly metrics = fleetMetrics();
  readonly browsers: Browser[] = [];
  readonly events: SessionEvent[] = [];
  readonly passedOn: string[] = [];
  readonly pool: SessionPool;
  readonly reconciler: Reconciler;
  readonly #root: string;

  private constructor(root: string, { capacity = 1, hibernateAfterMs, patienceMs }: PoolWorldOptions) {
    this.#root = root;
    const assignments = memoryAssignments(this.records.records);
    this.pool = new SessionPool({
      instanceId: US, capacity,
      services: sessionServices({
        instanceId: US, profileRoot: root, store: this.store, assignments, outbox: this.outbox, metrics: this.metrics,
        makeClient: (options) => this.#newBrowser(options),
        send: async ({ events }) => this.#take(events),
        slots: new BrowserSlots(capacity, patienceMs),
        hibernation: { afterMs: hibernateAfterMs, lookEveryMs: 20 },
      }),
    });
    this.reconciler = new Reconciler({
      instanceId: US, intervalMs: 20, assignments, sessions: this.records, pool: this.pool, log: silentLog,
      passOn: async ({ id }) => void this.passedOn.push(id),
      tellLoad: async () => undefined,
    });
  }

  static async start(options: PoolWorldOptions = {}): Promise<PoolWorld> {
    return new PoolWorld(await mkdtemp(join(tmpdir(), 'blazz-pool-')), options);
  }

  async stop(): Promise<void> {
    this.reconciler.stop();
    this.pool.killAll();
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }

  get newest(): Browser {
    return this.browsers.at(-1) as Browser;
  }

  get statuses(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'session.status' ? [event.reason ? `${event.status}/${event.reason}` : event.status] : []));
  }

  eventually(what: string, probe: () => unknown): Promise<unknown> {
    return until(async () => Boolean(probe()), { what, timeoutMs: WAIT_MS, everyMs: 5 });
  }

  /** A session assigned to us. */
  async add(over: Partial<Session> = {}): Promise<Session> {
    const session = await this.records.insert(aSession({ instanceId: US, fencingToken: 1, pacing: { profile: 'unlimited' }, ...over }));
    this.messages.fencingTokens.set(session.id, session.fencingToken);
    return session;
  }

  async want({ id }: Pick<Session, 'id'>, change: Partial<Session>): Promise<void> {
    this.records.records.set(id, { ...(this.records.records.get(id) as Session), ...change });
    await this.reconciler.look(id);
  }

  /** Started, too: a browser that tells of itself before its profile lies on the disk has nothing to take a snapshot of. */
  opened(count: number): Promise<unknown> {
    return this.eventually(`browser ${count}`, () => this.browsers.length === count && this.newest.isStarted);
  }

  async connect(): Promise<void> {
    const before = this.snapshots;
    this.newest.tell(READY);
    await this.eventually('the snapshot', () => this.snapshots > before);
  }

  get snapshots(): number {
    return this.events.filter(({ type }) => type === 'session.storage').length;
  }

  #newBrowser(options: ClientOptions): Browser {
    this.browsers.push(new Browser(options));
    return this.newest;
  }

  /** As the consumer does it. */
  #take(events: readonly SessionEvent[]): void {
    this.events.push(...events);
    for (const event of events) {
      if (event.type === 'message.sent') this.#move(event.messageId, 'sent');
      if (event.type === 'message.failed') this.#move(event.messageId, 'failed');
    }
  }

  #move(messageId: string, status: MessageRow['status']): void {
    const row = this.messages.rows.get(messageId);
    if (row) this.messages.rows.set(messageId, { ...row, status });
  }
}
