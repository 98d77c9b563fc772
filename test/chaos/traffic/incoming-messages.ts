import { setTimeout as delay } from 'node:timers/promises';
import type { Scene } from '../scene.ts';

const EVERY_MS = 500;

/** People write to our numbers, as they do: whether somebody is there or not. */
export async function writeToUs({ world, sessions, records, random }: Scene, writers: readonly string[], signal: AbortSignal): Promise<void> {
  for (let number = 1; !signal.aborted; number++) {
    const session = sessions[random.between(0, sessions.length - 1)];
    const from = writers[random.between(0, writers.length - 1)] ?? '';
    if (session && !records.quiet.has(session.number)) {
      const text = `incoming ${number}`;
      await world.phones.write(from, session.number, text);
      records.written.push({ from, session, text });
    }
    await delay(EVERY_MS);
  }
}
