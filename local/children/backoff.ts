import { setTimeout as sleep } from 'node:timers/promises';

const SHORTEST_LIFE_MS = 10_000; // who dies younger is started again ever more slowly
const MOST_DELAY_MS = 30_000;

/** How long to wait before starting again what has just died. */
export class Backoff {
  #failures = 0;

  /** @param livedMs how long it had been running */
  nextDelayMs(livedMs: number): number {
    this.#failures = livedMs < SHORTEST_LIFE_MS ? this.#failures + 1 : 0;
    return this.#failures === 0 ? 0 : Math.min(1_000 * 2 ** (this.#failures - 1), MOST_DELAY_MS);
  }
}

/** Waits, but not beyond the abort. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}
