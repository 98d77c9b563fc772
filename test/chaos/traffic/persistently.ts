import { setTimeout as delay } from 'node:timers/promises';
import type { BlazzClient } from '../../../local/client/blazz-client.ts';
import { expectOk } from '../../../local/client/http-json.ts';

const PAUSE_MS = 500;
const GIVE_UP_MS = 300_000;

/** Tries until it works, as a careful customer does while the other side is in trouble. Throws the last error after five minutes, or when `signal` aborts. */
export async function persistently<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const deadline = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline || signal?.aborted) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** One POST that takes effect once, however often it has to be tried. */
export const postOnce = <T>(blazz: () => BlazzClient, path: string, body: unknown, key: string, signal?: AbortSignal): Promise<T> =>
  persistently(async () => expectOk<T>(await blazz().call('POST', path, body, { 'idempotency-key': key }), `POST ${path}`), signal);
