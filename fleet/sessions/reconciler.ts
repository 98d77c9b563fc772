import type { Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import type { Log } from '../observability/log.ts';
import type { Refusal } from './admission.ts';
import type { SessionPool } from './session-pool.ts';

export interface ReconcilerOptions {
  readonly instanceId: string;
  readonly intervalMs: number;
  readonly assignments: Pick<Assignments, 'listOf'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly pool: SessionPool;
  /** What we have no room for goes to somebody who has. */
  readonly passOn: (session: Session) => Promise<void>;
  /** Tells the others at once that we take nobody, else they would go on giving us sessions until the next heartbeat. */
  readonly tellLoad: () => Promise<void>;
  readonly log: Log;
}

/** Makes the pool agree with the table: every so often, and at once when told to look. */
export class Reconciler {
  readonly name = 'reconciler';
  readonly #options: ReconcilerOptions;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule();
  }

  /** Sessions stay as they are. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Looks at one session now, because somebody asked for something. */
  async look(sessionId: string): Promise<void> {
    if (!this.#isStopped) await this.#settle(sessionId);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#tick().finally(() => this.#schedule()), this.#options.intervalMs);
  }

  async #tick(): Promise<void> {
    const { assignments, instanceId, pool, log } = this.#options;
    try {
      const listed = new Map((await assignments.listOf(instanceId)).map((session) => [session.id, session]));
      const ids = new Set([...listed.keys(), ...pool.ids]);
      await Promise.all([...ids].map((id) => this.#compare(id, listed.get(id))));
    } catch (error) {
      log.warn({ err: error }, 'reconciliation failed');
    }
  }

  /** The list may lag behind: whatever it says that we did not know is confirmed first. */
  async #compare(sessionId: string, listed: Session | undefined): Promise<void> {
    const ours = this.#options.pool.find(sessionId);
    if (ours && listed?.fencingToken === ours.context.assignment.fencingToken) void ours.apply(listed);
    else if (!this.#isStopped) await this.#settle(sessionId);
  }

  async #settle(sessionId: string): Promise<void> {
    const { instanceId, sessions, pool } = this.#options;
    const record = await sessions.find(sessionId);
    const running = pool.find(sessionId);
    const isOurs = record?.instanceId === instanceId;
    if (running && record === undefined) return void running.apply({ ...running.context.record, status: 'deleted', desired: 'deleted' });
    if (running && (!isOurs || record.fencingToken !== running.context.assignment.fencingToken)) running.kill();
    if (!record || !isOurs || this.#isStopped) return;
    const refusal = pool.find(sessionId) ? undefined : pool.refusal(record);
    if (refusal) return this.#refuse(record, refusal);
    void pool.admit(record).apply(record);
  }

  async #refuse(record: Session, refusal: Refusal): Promise<void> {
    const { pool, tellLoad, passOn } = this.#options;
    pool.refuse(record, refusal);
    await tellLoad();
    await passOn(record);
  }
}
