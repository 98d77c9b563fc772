import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import type { SessionServices } from '../../../fleet/sessions/session-context.ts';
import { Reconciler } from '../../../fleet/sessions/reconciler.ts';
import { SessionPool } from '../../../fleet/sessions/session-pool.ts';
import { efsSnapshotStore } from '../../../fleet/storage/efs-snapshot-store.ts';
import { LiveProfiles } from '../../../fleet/storage/live-profiles.ts';
import { findBrowser } from '../../../fleet/whatsapp/webjs/browser-executable.ts';
import { WebjsClient } from '../../../fleet/whatsapp/webjs/webjs-client.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { until } from '../../../local/client/until.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memoryDataKeys } from '../../support/fakes/memory-data-keys.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { memorySessions } from '../../support/fakes/memory-sessions.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { sessionServices } from '../../support/session-services.ts';
import { SimulatedService } from '../../support/simulated-service.ts';

type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

const LIMIT_MS = 60_000;
const US = anId('ins');

/** One linked session with all it reported. */
export interface SessionUnderTest {
  readonly id: string;
  readonly number: string;
  readonly workspaceId: string;
}

/** The session part of an instance as it is, with real browsers and the simulated service; only the tables are in memory. */
export class SessionHarness {
  readonly service: SimulatedService;
  readonly pool: SessionPool;
  readonly profiles: LiveProfiles;
  readonly metrics = fleetMetrics();
  readonly table = memoryMessageTable();
  readonly #outbox = memoryOutbox(this.table);
  readonly #records = memorySessions();
  readonly #events = new Map<string, SessionEvent[]>();
  readonly #reconciler: Reconciler;
  readonly #dir: string;

  private constructor(service: SimulatedService, dir: string, executable: Awaited<ReturnType<typeof findBrowser>>, over: Partial<SessionServices>) {
    this.service = service;
    this.#dir = dir;
    const store = efsSnapshotStore({ storeDir: join(dir, 'store'), scratchDir: join(dir, 'scratch'), keys: memoryDataKeys(), log: silentLog });
    this.profiles = new LiveProfiles(join(dir, 'profiles'), US, store);
    const assignments = memoryAssignments(this.#records.records);
    const address = { hostAndPort: service.address.page, spki: service.address.spki };
    this.pool = new SessionPool({
      instanceId: US, capacity: 50,
      services: sessionServices({
        instanceId: US, profileRoot: join(dir, 'profiles'), profiles: this.profiles, store, assignments,
        outbox: this.#outbox, metrics: this.metrics, random: Math.random,
        makeClient: (options) => new WebjsClient({
          ...options, executable, address, log: silentLog, answerMs: 2_000,
          fetchMedia: async () => ({ failure: { code: 'none', detail: '' } }),
        }),
        send: async ({ sessionId, events }) => void this.#events.get(sessionId)?.push(...events),
        ...over,
      }),
    });
    this.#reconciler = new Reconciler({
      instanceId: US, intervalMs: 1_000, assignments, sessions: this.#records, pool: this.pool, log: silentLog,
      passOn: async () => undefined, tellLoad: async () => undefined,
    });
  }

  static async start(over: Partial<SessionServices>): Promise<SessionHarness> {
    const dir = await mkdtemp(join(tmpdir(), 'blazz-sessions-'));
    return new SessionHarness(await SimulatedService.start(join(dir, 'service')), dir, await findBrowser(undefined), over);
  }

  /** A session that runs, and waits for somebody to scan its QR code. */
  async opened(number: string): Promise<SessionUnderTest> {
    await this.service.must('POST', '/phones', { number });
    const record = await this.#records.insert(aSession({ instanceId: US, fencingToken: 1, pacing: { profile: 'unlimited' } }));
    this.#events.set(record.id, []);
    this.table.fencingTokens.set(record.id, 1);
    await this.#reconciler.look(record.id);
    return { id: record.id, number, workspaceId: record.workspaceId };
  }

  /** A session that is connected, and of which there is a snapshot. */
  async linked(number: string): Promise<SessionUnderTest> {
    const session = await this.opened(number);
    const { qr } = await this.event(session, 'session.qr');
    await this.service.must('POST', `/phones/${number}/link`, { qr });
    await this.connected(session);
    await this.event(session, 'session.storage');
    return session;
  }

  ofType<T extends SessionEvent['type']>({ id }: SessionUnderTest, type: T): EventOf<T>[] {
    return (this.#events.get(id) ?? []).filter((event): event is EventOf<T> => event.type === type);
  }

  /** The first such event, waited for. */
  event<T extends SessionEvent['type']>(session: SessionUnderTest, type: T, wanted: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
    return until(async () => this.ofType(session, type).find(wanted), { what: `the event ${type}`, timeoutMs: LIMIT_MS, everyMs: 20 });
  }

  warning(session: SessionUnderTest, code: string): Promise<EventOf<'session.warning'>> {
    return this.event(session, 'session.warning', (event) => event.code === code);
  }

  /** `times`: that it has become connected so often, all in all. */
  async connected(session: SessionUnderTest, times = 1): Promise<void> {
    const count = () => this.ofType(session, 'session.status').filter(({ status }) => status === 'connected').length;
    await until(async () => count() >= times, { what: `${session.number} to be connected`, timeoutMs: LIMIT_MS, everyMs: 20 });
  }

  running(session: SessionUnderTest) {
    const running = this.pool.find(session.id);
    if (!running) throw new Error(`${session.id} is not in the pool`);
    return running;
  }

  fault({ number }: SessionUnderTest, kind: string): Promise<unknown> {
    return this.service.must('POST', `/phones/${number}/faults`, { kind });
  }

  clear({ number }: SessionUnderTest): Promise<unknown> {
    return this.service.must('DELETE', `/phones/${number}/faults`);
  }

  /** Queues a message, as the API would. Returns its id. */
  async queue({ id: sessionId, workspaceId }: SessionUnderTest, peer: string, text: string): Promise<string> {
    const { message } = await this.#outbox.insert(anOutboundMessage({ workspaceId, sessionId, peer, content: { type: 'text', text }, queuedAt: Date.now() }));
    this.pool.find(sessionId)?.wakeOutbox();
    return message.id;
  }

  async sent(session: SessionUnderTest, messageId: string): Promise<void> {
    await this.event(session, 'message.sent', (event) => event.messageId === messageId);
  }

  async copiesAt(number: string, text: string): Promise<readonly number[]> {
    const entries = (await this.service.must('GET', `/phones/${number}/messages`)) as { text: string; copies: number }[];
    return entries.filter((entry) => entry.text === text).map(({ copies }) => copies);
  }

  async stop(): Promise<void> {
    this.pool.killAll();
    await this.service.stop();
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
