import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import type { SessionStatus } from '../../shared/contracts/session-status.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import { SLEEPERS_A_BROWSER } from '../../shared/domain/sessions/placement.ts';
import { Admission, type Refusal } from './admission.ts';
import { ManagedSession } from './managed-session.ts';
import { SessionContext, type SessionServices } from './session-context.ts';

export interface SessionStats {
  readonly id: string;
  readonly status: SessionStatus;
  readonly isConnected: boolean;
  readonly processGroup: number | undefined;
}

export interface SessionPoolOptions {
  readonly instanceId: string;
  readonly capacity: number;
  readonly services: SessionServices;
}

/** The sessions of this instance. There is never a second one under one id, so never two browsers on one profile. */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #sessions = new Map<string, ManagedSession>();
  /** Told of each sample of what this instance takes. */
  readonly admission: Admission;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.admission = new Admission(options.capacity);
  }

  get size(): number {
    return this.#sessions.size;
  }

  get ids(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  /** Sessions that have a browser or want one. */
  get awake(): number {
    return [...this.#sessions.values()].filter(({ isAsleep }) => !isAsleep).length;
  }

  /** Why one more may not start here; `undefined`: it may. Browsers are what is scarce: one that hibernates takes none. */
  refusal(newcomer?: Pick<Session, 'status'>): Refusal | undefined {
    if (newcomer?.status !== 'hibernating') return this.admission.refusal(this.awake);
    const asleep = this.size - this.awake;
    if (asleep < this.#options.capacity * SLEEPERS_A_BROWSER) return undefined;
    return { code: 'capacity', detail: `This instance has ${asleep} hibernating sessions, as many as it may` };
  }

  find(sessionId: string): ManagedSession | undefined {
    return this.#sessions.get(sessionId);
  }

  /** Takes on a session assigned to us. The record must be a consistent read. */
  admit(record: Session): ManagedSession {
    const sessionId = record.id;
    const existing = this.#sessions.get(sessionId);
    if (existing) return existing;
    const context = this.#contextOf(record);
    if (record.health.detail !== null) context.health.note({ detail: null }); // why it waited, or what ailed it elsewhere
    const session: ManagedSession = new ManagedSession(context, () => {
      if (this.#sessions.get(sessionId) === session) this.#sessions.delete(sessionId);
    });
    this.#sessions.set(sessionId, session);
    return session;
  }

  /** Says, to whoever watches, that a session assigned to us may not start here. */
  refuse(record: Session, { code, detail }: Refusal): void {
    const { metrics, log } = this.#options.services;
    metrics.refusals.inc({ reason: code });
    log.warn({ sessionId: record.id, code, sessions: this.size }, 'session refused');
    this.#contextOf(record).warn('session_pool', `refused_${code}`, `${detail}: it starts elsewhere, or as soon as there is room`);
  }

  /** At the places of the numbers; `undefined`: not connected here. */
  async checkNumbers(sessionId: string, numbers: readonly string[]): Promise<readonly (boolean | null)[] | undefined> {
    return this.#sessions.get(sessionId)?.checkNumbers(numbers);
  }

  async command(sessionId: string, command: InstanceCommand): Promise<boolean> {
    return (await this.#sessions.get(sessionId)?.command(command)) ?? false;
  }

  /** SIGKILL to every browser: we have no right to run any. */
  killAll(): void {
    for (const session of this.#sessions.values()) session.kill();
  }

  #contextOf(record: Session): SessionContext {
    const { instanceId, services } = this.#options;
    return new SessionContext(record, { sessionId: record.id, instanceId, fencingToken: record.fencingToken }, services);
  }

  stats(): readonly SessionStats[] {
    return [...this.#sessions.entries()].map(([id, { context, isConnected, processGroup }]) => ({ id, status: context.status, isConnected, processGroup }));
  }
}
