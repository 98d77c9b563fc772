/** Lets a loop sleep until its time has come or somebody wakes it. A wake while it works is not lost. */
export class WakeSignal {
  #isAwake = false;
  #wake: (() => void) | undefined;

  wake(): void {
    this.#isAwake = true;
    this.#wake?.();
  }

  /** `true`: somebody woke us. */
  async sleep(ms: number): Promise<boolean> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const wasWoken = this.#isAwake;
    this.#isAwake = false;
    this.#wake = undefined;
    return wasWoken;
  }
}
