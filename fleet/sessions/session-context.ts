import type { SessionEvent, WarningSource } from '../../shared/contracts/session-events.ts';
import type { SessionStatus, StatusReason } from '../../shared/contracts/session-status.ts';
import type { Clock } from '../../shared/domain/clock.ts';
import type { Messages } from '../../shared/domain/outbox/messages.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import type { PacingStore } from '../../shared/domain/pacing/pacing-store.ts';
import type { Assignment, Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import type { NoteArrival } from '../lifecycle/takeover-times.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';
import type { LiveProfiles } from '../storage/live-profiles.ts';
import type { SessionStore } from '../storage/session-store.ts';
import type { MakeWhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import { HealthBoard } from './health-board.ts';
import type { HeldLease } from './message-sender.ts';
import type { QRRateLimiter } from './qr-rate-limiter.ts';

const WARN_AGAIN_MS = 600_000;

/** What all sessions of an instance share. */
export interface SessionServices {
  readonly lease: HeldLease;
  readonly makeClient: MakeWhatsAppClient;
  readonly profiles: LiveProfiles;
  readonly store: SessionStore;
  readonly publisher: EventPublisher;
  readonly assignments: Pick<Assignments, 'release'>;
  readonly outbox: Outbox;
  readonly messages: Pick<Messages, 'getMany'>;
  readonly pacing: PacingStore;
  readonly qrLimiter: QRRateLimiter;
  readonly snapshotIntervalMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: FleetMetrics;
  readonly log: Log;
  /** Told when a session is connected here for the first time. */
  readonly noteArrival: NoteArrival;
  /** Starts a browser, a few at a time: on a busy machine ten starts at once are slower than one after another. */
  readonly startInTurn: <T>(start: () => Promise<T>) => Promise<T>;
}

/** One session while it is ours: who it is, under which token, and how it speaks to the rest of the system. */
export class SessionContext {
  readonly services: SessionServices;
  readonly assignment: Assignment;
  readonly health: HealthBoard;
  record: Session;
  #status: SessionStatus;
  #hasArrived = false;
  readonly #warnedAt = new Map<string, number>();

  constructor(record: Session, assignment: Assignment, services: SessionServices) {
    this.record = record;
    this.assignment = assignment;
    this.services = services;
    this.#status = record.status;
    const known = { ...record.health, restarts: 0 };
    this.health = new HealthBoard(known, (health) => this.report({ type: 'session.health', at: now(), health }));
  }

  get sessionId(): string {
    return this.assignment.sessionId;
  }

  /** As we last reported it. */
  get status(): SessionStatus {
    return this.#status;
  }

  get owner() {
    const { sessionId, fencingToken } = this.assignment;
    return { workspaceId: this.record.workspaceId, sessionId, fencingToken };
  }

  get reports() {
    return this.services.publisher.of(this.owner);
  }

  report(...events: readonly SessionEvent[]): void {
    this.reports.report(...events);
  }

  reportStatus(status: SessionStatus, reason: StatusReason | null = null, details: string | null = null, phoneNumber: string | null = null): void {
    this.#status = status;
    if (status === 'connected') this.#noteArrival();
    this.services.log.info({ sessionId: this.sessionId, status, reason }, 'session status');
    this.report({ type: 'session.status', at: now(), status, reason, details, phoneNumber });
  }

  #noteArrival(): void {
    if (!this.#hasArrived) this.services.noteArrival(this.record);
    this.#hasArrived = true;
  }

  /** Something a person should know, told to logs, metrics and webhooks; the same one again only after a while. */
  warn(source: WarningSource, code: string, detail: string): void {
    const { log, metrics } = this.services;
    metrics.warnings.inc({ source, code });
    if (performance.now() - (this.#warnedAt.get(code) ?? Number.NEGATIVE_INFINITY) < WARN_AGAIN_MS) return;
    this.#warnedAt.set(code, performance.now());
    log.warn({ sessionId: this.sessionId, source, code }, detail);
    this.report({ type: 'session.warning', at: now(), source, code, detail });
  }
}

export const now = (): string => new Date().toISOString();
