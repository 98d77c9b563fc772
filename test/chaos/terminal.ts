/** Lines that stay, and below them one that changes; on a terminal only, elsewhere just the lines. */
export class Terminal {
  readonly #startedAt = performance.now();
  readonly #isLive = process.stderr.isTTY;
  #status = '';

  /** A line that stays, with the time since the start. */
  readonly say = (line: string): void => {
    this.#clear();
    process.stderr.write(`${this.#time()}  ${line}\n`);
    this.#draw();
  };

  /** What stands in the last line from now on. */
  show(status: string): void {
    this.#clear();
    this.#status = status;
    this.#draw();
  }

  #time(): string {
    const seconds = Math.floor((performance.now() - this.#startedAt) / 1_000);
    return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  }

  #clear(): void {
    if (this.#isLive && this.#status !== '') process.stderr.write('\r\u001b[K');
  }

  #draw(): void {
    if (this.#isLive && this.#status !== '') process.stderr.write(`${this.#time()}  ${this.#status}`);
  }
}
