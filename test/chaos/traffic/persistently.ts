import { setTimeout as delay } from 'node:timers/promises';
import { expectOk } from '../../../local/client/http-json.ts';
import type { Scene } from '../scene.ts';

const PAUSE_MS = 500;
const GIVE_UP_MS = 300_000;

/** Tries until it works, as a careful customer does while the other side is in trouble. Throws the last error after five minutes, or once the run has ended. */
export async function persistently<T>({ ended }: Pick<Scene, 'ended'>, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline || ended.aborted) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** One POST that takes effect once, however often it has to be tried. */
export const postOnce = <T>(scene: Pick<Scene, 'ended' | 'world'>, path: string, body: unknown, key: string): Promise<T> =>
  persistently(scene, async () => expectOk<T>(await scene.world.blazz.call('POST', path, body, { 'idempotency-key': key }), `POST ${path}`));
