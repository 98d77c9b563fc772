import { profileMark } from '../storage/profile-copy.ts';
import { StaleOwnerError } from '../storage/session-store.ts';
import { now, type SessionContext } from './session-context.ts';
import { warnIfLarge, warnOfFailure } from './snapshot-warnings.ts';

const LAST_TRIES = 3;
const MS_PER_SECOND = 1_000;

export interface SnapshotPauses {
  /** Local storage reaches the disk some seconds after a page has written it; a snapshot taken at once may lack it. */
  readonly settledMs: number;
  /** Then twice as long each time, up to the usual interval. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}

const PAUSES: SnapshotPauses = { settledMs: 6_000, firstRetryMs: 5_000, lastRetryMs: 1_000 };

export type SnapshotOutcome = 'taken' | 'unchanged' | 'failed' | 'stale' | 'not_allowed';

/** Takes snapshots of a running profile: when connected, once more when it has settled, then whenever it has changed. */
export class SnapshotKeeper {
  readonly #context: SessionContext;
  readonly #profileDir: string;
  readonly #pauses: SnapshotPauses;
  #mark = '';
  #failures = 0;
  #isStopped = false;
  #isAbandoned = false;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<unknown> = Promise.resolve();

  constructor(context: SessionContext, profileDir: string, pauses: SnapshotPauses = PAUSES) {
    this.#context = context;
    this.#profileDir = profileDir;
    this.#pauses = pauses;
  }

  /** May be called again after the page reloaded itself. */
  start(): void {
    this.#isStopped = false;
    void this.save();
    this.#schedule(this.#pauses.settledMs);
  }

  /** None by itself any more; resolves when the one under way is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#saving;
  }

  /** None at all any more, and not a word of the one under way: the profile is nothing worth, or not ours. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** One at a time. Never rejects: the snapshot before still counts. */
  save(): Promise<SnapshotOutcome> {
    const saving = this.#saving.then(() => this.#saveIfChanged());
    this.#saving = saving;
    return saving;
  }

  /** Of a closed profile, which will soon be gone: a failure that may be over in a moment is not taken for an answer. */
  async saveLast(): Promise<void> {
    for (let tries = 1; (await this.save()) === 'failed' && tries < LAST_TRIES; tries++) {
      await new Promise((resolve) => { setTimeout(resolve, this.#pauses.lastRetryMs); });
    }
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), ms);
  }

  async #round(): Promise<void> {
    const outcome = await this.save();
    if (!this.#isStopped) this.#schedule(this.#pauseAfter(outcome));
  }

  #pauseAfter(outcome: SnapshotOutcome): number {
    const { snapshotIntervalMs } = this.#context.services;
    if (outcome !== 'failed') return snapshotIntervalMs;
    return Math.min(this.#pauses.firstRetryMs * 2 ** (this.#failures - 1), snapshotIntervalMs);
  }

  async #saveIfChanged(): Promise<SnapshotOutcome> {
    const { metrics } = this.#context.services;
    const outcome = await this.#takeIfChanged().catch((error: unknown) => this.#onFailure(error));
    this.#failures = outcome === 'failed' ? this.#failures + 1 : 0;
    metrics.snapshots.inc({ outcome });
    return outcome;
  }

  async #takeIfChanged(): Promise<SnapshotOutcome> {
    const { services } = this.#context;
    if (this.#isAbandoned || !services.lease.isHeld()) return 'not_allowed';
    const mark = await profileMark(this.#profileDir);
    if (mark === this.#mark) return 'unchanged';
    await this.#take();
    this.#mark = mark;
    return 'taken';
  }

  async #take(): Promise<void> {
    const { services, owner } = this.#context;
    const { store, metrics } = services;
    const startedAt = performance.now();
    const { path, bytes, verifiedAt } = await store.save(owner, this.#profileDir);
    metrics.snapshotSeconds.observe((performance.now() - startedAt) / MS_PER_SECOND);
    metrics.snapshotBytes.observe(bytes);
    if (this.#isAbandoned) return;
    this.#context.report({ type: 'session.storage', at: now(), path, bytes, verifiedAt });
    warnIfLarge(this.#context, bytes);
  }

  #onFailure(error: unknown): SnapshotOutcome {
    if (!this.#isAbandoned) warnOfFailure(this.#context, error);
    if (!(error instanceof StaleOwnerError)) return 'failed';
    this.abandon();
    return 'stale';
  }
}
