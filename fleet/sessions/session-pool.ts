import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import type { SessionStatus } from '../../shared/contracts/session-status.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import { SLEEPERS_A_BROWSER } from '../../shared/domain/sessions/placement.ts';
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

  constructor(options: SessionPoolOptions) {
    this.#options = options;
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

  /** Browsers are what is scarce: one that hibernates takes none. */
  hasRoomFor({ status }: Pick<Session, 'status'>): boolean {
    const { capacity } = this.#options;
    return status === 'hibernating' ? this.size - this.awake < capacity * SLEEPERS_A_BROWSER : this.awake < capacity;
  }

  find(sessionId: string): ManagedSession | undefined {
    return this.#sessions.get(sessionId);
  }

  /** Takes on a session assigned to us. The record must be a consistent read. */
  admit(record: Session): ManagedSession {
    const { id: sessionId, fencingToken } = record;
    const existing = this.#sessions.get(sessionId);
    if (existing) return existing;
    const { instanceId, services } = this.#options;
    const context = new SessionContext(record, { sessionId, instanceId, fencingToken }, services);
    const session: ManagedSession = new ManagedSession(context, () => {
      if (this.#sessions.get(sessionId) === session) this.#sessions.delete(sessionId);
    });
    this.#sessions.set(sessionId, session);
    return session;
  }

  async command(sessionId: string, command: InstanceCommand): Promise<boolean> {
    return (await this.#sessions.get(sessionId)?.command(command)) ?? false;
  }

  /** SIGKILL to every browser: we have no right to run any. */
  killAll(): void {
    for (const session of this.#sessions.values()) session.kill();
  }

  stats(): readonly SessionStats[] {
    return [...this.#sessions.entries()].map(([id, { context, isConnected, processGroup }]) => ({ id, status: context.status, isConnected, processGroup }));
  }
}
