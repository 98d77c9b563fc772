import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { CampaignStats } from '../../shared/contracts/api/campaigns.ts';
import type { MessageView } from '../../shared/contracts/api/messages.ts';
import { receivedBy } from './facts/chat-history.ts';
import type { AcceptedMessage, StartedCampaign } from './records.ts';
import type { Scene } from './scene.ts';

const LOOK_EVERY_MS = 2_000;
const AT_ONCE = 6;
const UNDER_WAY: readonly MessageView['status'][] = ['queued', 'sending'];

/** Read is as far as a text goes; its receipts may be a while behind it. */
const isAllRead = ({ total, read, failed, skipped }: CampaignStats): boolean => read + failed + skipped === total;

/** What is still under way, in words, and less with each look. */
export class RestWatch {
  readonly #scene: Scene;
  #direct: readonly AcceptedMessage[];
  #campaigns: readonly StartedCampaign[];

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#direct = scene.records.direct;
    this.#campaigns = scene.records.campaigns;
  }

  /** Waits until nothing is, or the time is up. Gives what is left: nothing, if all went well. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<readonly string[]> {
    const deadline = performance.now() + timeoutMs;
    let told = '';
    for (;;) {
      const left = await this.#look().catch((error: unknown) => [String(error)]);
      if (left.length === 0 || performance.now() > deadline || signal.aborted) return left;
      if (left.join() !== told) this.#scene.say(`waiting for ${left.join(', ')}`);
      told = left.join();
      await delay(LOOK_EVERY_MS);
    }
  }

  async #look(): Promise<readonly string[]> {
    const { world, sessions, watch } = this.#scene;
    const missing = world.wantedInstances - (await world.instances()).length;
    const offline = sessions.filter(({ sessionId }) => !watch.isConnected(sessionId));
    await this.#forgetDone();
    const incoming = await this.#missingIncoming();
    return [
      ...counted(missing, 'instances'),
      ...counted(offline.length, 'sessions to connect'),
      ...counted(this.#campaigns.length, 'campaigns'),
      ...counted(this.#direct.length, 'direct messages'),
      ...counted(incoming, 'incoming messages'),
    ];
  }

  async #forgetDone(): Promise<void> {
    const { blazz } = this.#scene.world;
    this.#direct = await kept(this.#direct, async ({ id }) => UNDER_WAY.includes((await blazz.get<MessageView>(`/v1/messages/${id}`)).status));
    this.#campaigns = await kept(this.#campaigns, async ({ id }) => !isAllRead((await blazz.campaign(id)).stats));
  }

  async #missingIncoming(): Promise<number> {
    const { world, sessions, records } = this.#scene;
    const received = (await Promise.all(sessions.map((session) => receivedBy(world, session)))).flat();
    const known = new Set(received.map(({ session, text }) => `${session.sessionId} ${text}`));
    return records.written.filter(({ session, text }) => !known.has(`${session.sessionId} ${text}`)).length;
  }
}

const counted = (count: number, what: string): string[] => (count > 0 ? [`${count} ${what}`] : []);

async function kept<T>(items: readonly T[], isOpen: (item: T) => Promise<boolean>): Promise<readonly T[]> {
  const limit = pLimit(AT_ONCE);
  const open = await Promise.all(items.map((item) => limit(isOpen, item)));
  return items.filter((_, i) => open[i]);
}
