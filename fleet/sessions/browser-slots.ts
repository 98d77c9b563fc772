/** Who finds no free browser here for so long is better off elsewhere. */
const PATIENCE_MS = 10_000;

/**
 * How many browsers this instance may have open. Sessions that hibernate have none, so an instance may have many more
 * sessions than browsers; who wakes up when all are in use waits in line.
 */
export class BrowserSlots {
  readonly capacity: number;
  /** How long a session stands in line before it goes to another instance. */
  readonly patienceMs: number;
  readonly #open = new Set<string>();
  readonly #waiting = new Set<string>(); // in order of arrival

  constructor(capacity: number, patienceMs = PATIENCE_MS) {
    this.capacity = capacity;
    this.patienceMs = patienceMs;
  }

  /** `false`: none is free, or others came before; ask again later and the place in line is kept. */
  tryTake(sessionId: string): boolean {
    if (this.#open.has(sessionId)) return true;
    this.#waiting.add(sessionId);
    const ahead = [...this.#waiting].indexOf(sessionId);
    if (this.#open.size + ahead >= this.capacity) return false;
    this.#waiting.delete(sessionId);
    this.#open.add(sessionId);
    return true;
  }

  /** Gives back the slot, or the place in line. */
  release(sessionId: string): void {
    this.#open.delete(sessionId);
    this.#waiting.delete(sessionId);
  }
}
