import type { SessionEvent, WarningSource } from '../../shared/contracts/session-events.ts';
import type { SessionStatus, StatusReason } from '../../shared/contracts/session-status.ts';
import type { Clock } from '../../shared/domain/clock.ts';
import type { Messages } from '../../shared/domain/outbox/messages.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import type { Chats } from '../../shared/domain/chats/chats.ts';
import type { PacingRules } from '../../shared/domain/pacing/pacing-rules.ts';
import type { PacingStore } from '../../shared/domain/pacing/pacing-store.ts';
import type { Assignment, Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import type { NoteArrival } from '../lifecycle/takeover-times.ts';
import type { IncomingFileServices } from '../media/incoming-files.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';
import type { LiveProfiles } from '../storage/live-profiles.ts';
import type { SessionStore } from '../storage/session-store.ts';
import type { MakeWhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import type { BrowserSlots } from './browser-slots.ts';
import { HealthBoard } from './health-board.ts';
import { KnownContacts } from './known-contacts.ts';
import type { HeldLease } from './message-sender.ts';
import type { QRRateLimiter } from './qr-rate-limiter.ts';
import type { RecoveryStep } from './recovery.ts';
import type { HealthSettings } from './session-health-monitor.ts';
import { WhatsAppRateLimiter } from './whatsapp-rate-limiter.ts';

const WARN_AGAIN_MS = 600_000;

export interface HibernationSettings {
  /** In place of what sessions ask for. */
  readonly afterMs: number | undefined;
  /** How often the outbox of a sleeping session is looked at. */
  readonly lookEveryMs: number;
}

/** What all sessions of an instance share. */
export interface SessionServices {
  readonly lease: HeldLease;
  readonly makeClient: MakeWhatsAppClient;
  readonly profiles: LiveProfiles;
  readonly store: SessionStore;
  readonly publisher: EventPublisher;
  readonly assignments: Pick<Assignments, 'release'>;
  readonly outbox: Outbox;
  readonly messages: Pick<Messages, 'getMany' | 'listPendingMedia'>;
  readonly incomingFiles: IncomingFileServices;
  readonly pacing: PacingStore;
  readonly pacingRules: PacingRules;
  readonly chats: Pick<Chats, 'lastReceivedAt'>;
  readonly healthSettings: HealthSettings;
  readonly qrLimiter: QRRateLimiter;
  readonly snapshotIntervalMs: number;
  readonly slots: BrowserSlots;
  readonly hibernation: HibernationSettings;
  /** A snapshot over this is kept, and warned of. */
  readonly storageQuotaBytes: number;
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
  readonly rateLimiter: WhatsAppRateLimiter;
  readonly contacts: KnownContacts;
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
    this.contacts = new KnownContacts({ workspaceId: record.workspaceId, sessionId: record.id, chats: services.chats, store: services.pacing });
    this.rateLimiter = this.#makeRateLimiter();
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

  /** A step to get a session back that did not hold. */
  noteRecovery(step: RecoveryStep, why: string): void {
    const { metrics } = this.services;
    metrics.recoverySteps.inc({ step });
    if (step !== 'reload') this.health.note({ restarts: this.health.current.restarts + 1 });
    this.warn('health_monitor', `recovery_${step}`, why);
  }

  #makeRateLimiter(): WhatsAppRateLimiter {
    const { pacing: store, pacingRules: rules, clock, random } = this.services;
    return new WhatsAppRateLimiter({
      sessionId: this.sessionId, store, rules, clock, random,
      quietHours: () => this.record.pacing.quietHours,
      contacts: this.contacts,
      warn: (code, detail) => this.warn('whatsapp_rate_limiter', code, detail),
      onNewChatsPaused: (until) => this.health.note({ newChatsPausedUntil: until === null ? null : new Date(until).toISOString() }),
    });
  }
}

export const now = (): string => new Date().toISOString();
