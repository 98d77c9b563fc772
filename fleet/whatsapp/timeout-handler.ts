/** A call that was given up. What it was doing may still happen. */
export class PageTimeoutError extends Error {
  override readonly name = 'PageTimeoutError';
  readonly call: string;

  constructor(call: string, limitMs: number) {
    super(`${call}: no answer within ${limitMs} ms`);
    this.call = call;
  }
}

/** `call` is one of a few fixed names, so that it can be a metric's label. */
export type OnTimeout = (call: string, limitMs: number) => void;

/**
 * Bounds whatever is asked of the library, the page and the browser: each of them can stay silent for ever
 * (whatsapp-web.md, hazards 3, 6 and 7). Tells of each call that was given up.
 */
export class TimeoutHandler {
  readonly #onTimeout: OnTimeout;
  /** What a page gets for a simple question. Calls that take more get a multiple of it. */
  readonly answerMs: number;

  constructor(onTimeout: OnTimeout, answerMs = 10_000) {
    this.#onTimeout = onTimeout;
    this.answerMs = answerMs;
  }

  /** `work`, or a PageTimeoutError after `limitMs`. What comes later is ignored. */
  async within<T>(limitMs: number, call: string, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new PageTimeoutError(call, limitMs)), limitMs);
    });
    work.catch(() => undefined); // a late rejection has nobody left to tell
    try {
      return await Promise.race([work, timeout]);
    } catch (error) {
      if (error instanceof PageTimeoutError) this.#onTimeout(call, limitMs);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
