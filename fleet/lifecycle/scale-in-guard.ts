import type { Clock } from '../../shared/domain/clock.ts';
import type { TaskProtection } from '../../shared/domain/instances/task-protection.ts';
import type { Log } from '../observability/log.ts';
import type { SessionPool } from '../sessions/session-pool.ts';

const LOOK_EVERY_MS = 5_000;
/** Long enough that a deaf agent does no harm for an hour, short enough that a dead instance does not block a deploy. */
const PROTECTED_MINUTES = 120;
const PROLONG_AFTER_MS = 60 * 60_000;

export interface ScaleInGuardOptions {
  readonly protection: TaskProtection;
  readonly pool: Pick<SessionPool, 'size'>;
  readonly clock: Clock; // monotonic
  readonly log: Log;
}

/** Keeps ECS from ending this task while sessions are open here; who wants it to go asks it to drain. */
export class ScaleInGuard {
  readonly name = 'scale-in guard';
  readonly #options: ScaleInGuardOptions;
  #protectedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ScaleInGuardOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#look();
  }

  /** A draining instance is to be let go. Never rejects: protection runs out by itself. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    if (this.#protectedAt !== undefined) await this.#release().catch((error: unknown) => this.#warn(error));
  }

  #look(): void {
    this.#looking = this.#looking.then(() => this.#adjust()).catch((error: unknown) => this.#warn(error));
  }

  async #adjust(): Promise<void> {
    const { protection, pool, clock } = this.#options;
    if (pool.size === 0) return this.#protectedAt === undefined ? undefined : this.#release();
    const now = clock.now();
    if (this.#protectedAt !== undefined && now - this.#protectedAt < PROLONG_AFTER_MS) return;
    await protection.protect(PROTECTED_MINUTES);
    this.#protectedAt = now;
  }

  async #release(): Promise<void> {
    await this.#options.protection.release();
    this.#protectedAt = undefined;
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ err: error }, 'task protection not changed');
  }
}
