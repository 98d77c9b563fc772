import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { ManagedSession } from '../../../fleet/sessions/managed-session.ts';
import { SessionPool } from '../../../fleet/sessions/session-pool.ts';
import type { SessionServices } from '../../../fleet/sessions/session-context.ts';
import { until } from '../../../local/client/until.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { memoryAssignments } from '../../support/fakes/memory-assignments.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { memorySessionStore } from '../../support/fakes/memory-session-store.ts';
import { sessionServices } from '../../support/session-services.ts';
import type { ClientHarness } from './client-harness.ts';

const LIMIT_MS = 60_000;
const TOKEN = 1;
type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

/** One session as an instance runs it, with the real library in a real browser; only the tables are in memory. */
export class SessionUnderTest {
  readonly record: Session;
  readonly events: SessionEvent[] = [];
  readonly services: SessionServices;
  readonly pool: SessionPool;
  readonly #outbox: Outbox;

  constructor(harness: ClientHarness, over: Partial<Session> = {}, services: Partial<SessionServices> = {}) {
    const instanceId = anId('ins');
    const messages = memoryMessageTable();
    this.record = aSession({ instanceId, fencingToken: TOKEN, pacing: { profile: 'unlimited' }, ...over });
    messages.fencingTokens.set(this.record.id, TOKEN);
    this.#outbox = memoryOutbox(messages);
    this.services = {
      ...sessionServices({
        instanceId, profileRoot: harness.dir, store: memorySessionStore(), outbox: this.#outbox,
        assignments: memoryAssignments(new Map([[this.record.id, this.record]])),
        makeClient: (options) => harness.client(options.profileDir, options.onEvent, options),
        send: async (batch) => void this.events.push(...batch.events),
      }),
      ...services,
    };
    this.pool = new SessionPool({ instanceId, capacity: 1, services: this.services });
  }

  get session(): ManagedSession {
    return this.pool.admit(this.record);
  }

  get profileDir(): string {
    return this.services.profiles.dirOf(this.record.id);
  }

  ofType<T extends SessionEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The newest event of the type that passes, waited for. */
  async event<T extends SessionEvent['type']>(type: T, test: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
    return until(async () => this.ofType(type).findLast(test), { what: `the event ${type}`, timeoutMs: LIMIT_MS, everyMs: 20 });
  }

  start(): void {
    void this.session.apply(this.record);
  }

  /** Linked by QR and connected. */
  async link(harness: ClientHarness, number: string): Promise<void> {
    await harness.phones(number);
    this.start();
    const { qr } = await this.event('session.qr');
    await harness.service.must('POST', `/phones/${number}/link`, { qr });
    await this.connects(0);
  }

  /** Connected again after the `seen` first reports of it. */
  async connects(seen: number): Promise<void> {
    const count = () => this.ofType('session.status').filter(({ status }) => status === 'connected').length;
    await until(async () => count() > seen, { what: 'the session to connect', timeoutMs: LIMIT_MS, everyMs: 20 });
  }

  async queue(peer: string, text: string): Promise<OutboundMessage> {
    const { workspaceId, id: sessionId } = this.record;
    const message = anOutboundMessage({ workspaceId, sessionId, peer, queuedAt: Date.now(), content: { type: 'text', text } });
    await this.#outbox.insert(message);
    this.session.wakeOutbox();
    return message;
  }
}
