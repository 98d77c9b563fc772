import type { Log } from '../observability/log.ts';
import type { Admission } from './admission.ts';
import type { ManagedSession } from './managed-session.ts';
import { mayRecycle, type Recyclable, type RecycleRule } from './may-recycle.ts';

/** Over the hard limit this part of the least life is enough: a page that grows so fast would take the instance along. */
const HARD_HASTE = 0.1;
const MB = 1e6;

export type RecycleReason = 'memory_soft' | 'memory_hard' | 'memory_pressure';

/** What the manager needs of a session. */
export type Resident = Recyclable & { readonly context: Pick<ManagedSession['context'], 'warn'> };

export interface MemoryManagerOptions {
  readonly find: (sessionId: string) => Resident | undefined;
  readonly admission: Pick<Admission, 'isPressed'>;
  /** A session over this is recycled when it is idle; 0: never. */
  readonly softBytes: number;
  /** A session over this is recycled at once; 0: never. */
  readonly hardBytes: number;
  readonly rule: RecycleRule;
  readonly log: Log;
}

interface Measured {
  readonly sessionId: string;
  readonly session: Resident;
  readonly bytes: number;
}

/**
 * Gives back memory that pages leak: closes a browser in order and starts it again from its profile, with no QR code and
 * nothing lost, as what comes meanwhile waits. One at a time.
 */
export class MemoryManager {
  readonly #options: MemoryManagerOptions;
  /** Sessions that were over the soft limit at the sample before: one sample alone may be an upload. */
  #suspects: ReadonlySet<string> = new Set();
  #recycling: Promise<void> | undefined;

  constructor(options: MemoryManagerOptions) {
    this.#options = options;
  }

  /** Looks at a sample: what each session with a browser takes. */
  review(sample: ReadonlyMap<string, number>): void {
    const { find, softBytes } = this.#options;
    const measured = [...sample]
      .map(([sessionId, bytes]) => ({ sessionId, bytes, session: find(sessionId) }))
      .filter((each): each is Measured => each.session !== undefined)
      .toSorted((a, b) => b.bytes - a.bytes);
    const before = this.#suspects;
    this.#suspects = new Set(measured.filter(({ bytes }) => isOver(bytes, softBytes)).map(({ sessionId }) => sessionId));
    if (this.#recycling) return;
    const next = this.#mostUrgent(measured, before);
    if (next) this.#recycle(...next);
  }

  /** Resolves when no browser is being recycled. */
  settled(): Promise<void> {
    return this.#recycling ?? Promise.resolve();
  }

  #mostUrgent(measured: readonly Measured[], suspects: ReadonlySet<string>): [Measured, RecycleReason] | undefined {
    const { hardBytes, softBytes, admission, rule } = this.#options;
    const hard = measured.find(({ bytes, session }) => isOver(bytes, hardBytes) && session.runningForMs >= rule.leastLifeMs * HARD_HASTE);
    if (hard) return [hard, 'memory_hard'];
    const soft = measured.find(({ bytes, sessionId, session }) => isOver(bytes, softBytes) && suspects.has(sessionId) && mayRecycle(session, rule));
    if (soft) return [soft, 'memory_soft'];
    const biggest = admission.isPressed ? measured.find(({ session }) => mayRecycle(session, rule)) : undefined;
    return biggest && [biggest, 'memory_pressure'];
  }

  #recycle({ sessionId, session, bytes }: Measured, reason: RecycleReason): void {
    const megabytes = Math.round(bytes / MB);
    this.#options.log.info({ sessionId, reason, megabytes }, 'recycling a browser');
    session.context.warn('memory_manager', reason, `Its browser takes ${megabytes} MB and is started again`);
    this.#recycling = session.recycle(reason).finally(() => {
      this.#recycling = undefined;
    });
  }
}

const isOver = (bytes: number, limit: number): boolean => limit > 0 && bytes > limit;
