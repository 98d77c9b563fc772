import { Backoff, pause } from './backoff.ts';
import type { Child } from './child.ts';

/** A child that is started again whenever it dies, ever more slowly if it keeps dying young. */
export class KeptChild {
  readonly #relaunch: () => Promise<Child>;
  readonly #stopping = new AbortController();
  readonly #keeping: Promise<void>;
  #child: Child;

  /** @param first runs already; `relaunch` makes its successors */
  constructor(first: Child, relaunch: () => Promise<Child>) {
    this.#child = first;
    this.#relaunch = relaunch;
    this.#keeping = this.#keep();
  }

  /** SIGTERM, and SIGKILL to its group after `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#child.stop(limitMs);
    await this.#keeping;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    const backoff = new Backoff();
    let startedAt = Date.now();
    while (!signal.aborted) {
      await this.#child.exited;
      await pause(backoff.nextDelayMs(Date.now() - startedAt), signal);
      startedAt = Date.now();
      if (!signal.aborted) await this.#launchAgain();
    }
  }

  async #launchAgain(): Promise<void> {
    try {
      this.#child = await this.#relaunch();
      if (this.#stopping.signal.aborted) await this.#child.kill();
    } catch {
      // cannot be run right now (no memory, no process slots): the next round tries again
    }
  }
}
