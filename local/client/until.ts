import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** What we wait for, in words that end the sentence "Timed out after 30 s waiting for …". */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Asks again and again until `probe` gives something other than undefined or false. Throws when the time is up. */
export async function until<T>(
  probe: () => Promise<T | undefined | false>,
  { what, timeoutMs = 30_000, everyMs = 100 }: UntilOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Timed out after ${timeoutMs / 1000} s waiting for ${what}`);
    await delay(everyMs);
  }
}
