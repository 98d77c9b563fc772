import { setTimeout as delay } from 'node:timers/promises';
import type { MessageView } from '../../shared/contracts/api/messages.ts';
import type { Scene } from './scene.ts';

const LOOK_EVERY_MS = 150;
const LOOKED_AT = 40; // the newest that are not at their end; older ones are looked at now and then

/** What a message was seen to be, in order. */
export type StatusHistory = ReadonlyMap<string, readonly MessageView['status'][]>;

/** Reads single messages again and again, as a screen that shows a chat does, and remembers each change. */
export class StatusWatch {
  readonly #seen = new Map<string, MessageView['status'][]>();

  get history(): StatusHistory {
    return this.#seen;
  }

  async run({ world, records, random }: Scene, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(LOOK_EVERY_MS);
      const among = random.next() < 0.8 ? records.direct.slice(-LOOKED_AT) : records.direct;
      const message = among[random.between(0, Math.max(0, among.length - 1))];
      const view = message && (await world.blazz.get<MessageView>(`/v1/messages/${message.id}`).catch(() => undefined));
      if (view) this.note(view);
    }
  }

  note({ id, status }: Pick<MessageView, 'id' | 'status'>): void {
    const seen = this.#seen.get(id) ?? [];
    if (seen.at(-1) !== status) this.#seen.set(id, [...seen, status]);
  }
}
