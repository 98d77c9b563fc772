import { profileMark } from '../storage/profile-copy.ts';
import { now, type SessionContext } from './session-context.ts';

/** Local storage reaches the disk some seconds after a page has written it; a snapshot taken at once may lack it. */
const SETTLED_AFTER_MS = 6_000;

/** Takes snapshots of a running profile: when connected, once more when it has settled, then whenever it has changed. */
export class SnapshotKeeper {
  readonly #context: SessionContext;
  readonly #profileDir: string;
  #mark = '';
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(context: SessionContext, profileDir: string) {
    this.#context = context;
    this.#profileDir = profileDir;
  }

  start(): void {
    void this.save();
    this.#schedule(SETTLED_AFTER_MS);
  }

  /** No further ones; resolves when the one under way is done. */
  stop(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#saving;
  }

  /** One at a time. Never rejects: the snapshot before still counts. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveIfChanged());
    return this.#saving;
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.save();
      this.#schedule(this.#context.services.snapshotIntervalMs);
    }, ms);
  }

  async #saveIfChanged(): Promise<void> {
    const { services, owner, sessionId } = this.#context;
    try {
      const mark = await profileMark(this.#profileDir);
      if (mark === this.#mark || !services.lease.isHeld()) return;
      const { path, bytes, verifiedAt } = await services.store.save(owner, this.#profileDir);
      this.#mark = mark;
      this.#context.report({ type: 'session.storage', at: now(), path, bytes, verifiedAt });
    } catch (error) {
      services.log.warn({ sessionId, err: error }, 'snapshot not taken');
    }
  }
}
