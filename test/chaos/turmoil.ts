const AFTERMATH_MS = 10_000; // for so long a fault that is over may still be felt

/** What is broken right now, or was a moment ago. */
export class Turmoil {
  readonly #now: () => number;
  readonly #endings: number[] = [];
  #active = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  begin(): void {
    this.#active += 1;
  }

  end(): void {
    this.#active -= 1;
    this.#endings.push(this.#now());
  }

  get active(): number {
    return this.#active;
  }

  /** Whether the one fault that is just beginning finds everything else in order. */
  isCalmButForOne(): boolean {
    const lately = this.#now() - AFTERMATH_MS;
    return this.#active <= 1 && this.#endings.every((endedAt) => endedAt < lately);
  }
}
