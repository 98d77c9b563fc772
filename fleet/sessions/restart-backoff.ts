import type { EndReason } from './run-endings.ts';

const DELAYS_MS = [500, 2_000, 5_000, 10_000, 30_000, 60_000];
const CONFLICT_MS = 10_000;
const REFUSED_MS = 600_000; // the page wants a newer client: trying often helps nobody
const PROVEN_AFTER_MS = 300_000;

/** How long to wait before a session's browser is started again. */
export class RestartBackoff {
  #failures = 0;

  /** `connectedForMs` of the run that ended; one that held for a while wipes the slate. */
  nextDelayMs(reason: EndReason, connectedForMs: number): number {
    if (connectedForMs > PROVEN_AFTER_MS) this.#failures = 0;
    const delay = DELAYS_MS[Math.min(this.#failures, DELAYS_MS.length - 1)] ?? 0;
    this.#failures += 1;
    if (reason === 'refused' || reason === 'outdated') return REFUSED_MS;
    return reason === 'conflict' ? Math.max(delay, CONFLICT_MS) : delay;
  }
}
