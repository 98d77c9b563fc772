import type { Chats } from '../../shared/domain/chats/chats.ts';
import { recentSends, type ContactSends } from '../../shared/domain/pacing/contact-limit.ts';
import type { PacingStore } from '../../shared/domain/pacing/pacing-store.ts';
import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';

const MOST_REMEMBERED = 2_000;

export interface KnownContactsOptions {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly chats: Pick<Chats, 'lastReceivedAt'>;
  readonly store: Pick<PacingStore, 'loadContact' | 'saveContact'>;
}

/** Whom a session knows: who ever wrote to it, and what it sent whom lately. */
export class KnownContacts {
  readonly #options: KnownContactsOptions;
  readonly #answeredAt = new Map<string, number>(); // only of those who wrote
  readonly #sends = new Map<string, ContactSends>();
  #page: Pick<WhatsAppClient, 'haveWritten'> | undefined;

  constructor(options: KnownContactsOptions) {
    this.#options = options;
  }

  /** The page that is connected now: it knows chats from before the number came to us. */
  usePage(page: Pick<WhatsAppClient, 'haveWritten'>): void {
    this.#page = page;
  }

  onReceived(peers: readonly string[], at: number): void {
    for (const peer of peers) remember(this.#answeredAt, peer, at);
  }

  /** Those of `peers` that never wrote to us, as far as the table and the page know. A page that does not answer knows nobody. */
  async newAmong(peers: readonly string[]): Promise<ReadonlySet<string>> {
    await this.#lookUp(peers);
    const unknown = peers.filter((peer) => !this.#answeredAt.has(peer));
    if (unknown.length === 0) return new Set();
    const inPage = await this.#page?.haveWritten(unknown).catch(() => undefined);
    unknown.forEach((peer, i) => {
      if (inPage?.[i]) remember(this.#answeredAt, peer, 1); // at some time
    });
    return new Set(unknown.filter((_, i) => !inPage?.[i]));
  }

  async historyOf(peer: string): Promise<{ readonly sends: ContactSends; readonly answeredAt: number }> {
    const known = this.#sends.get(peer);
    const sends = known ?? (await this.#options.store.loadContact(this.#options.sessionId, peer));
    if (!known) remember(this.#sends, peer, sends);
    if (sends.length > 0) await this.#lookUp([peer]); // else there is nothing an answer could change
    return { sends, answeredAt: this.#answeredAt.get(peer) ?? 0 };
  }

  async countSend(peer: string, now: number): Promise<void> {
    const { sends, answeredAt } = await this.historyOf(peer);
    const counted = [...recentSends(sends, answeredAt, now), now];
    remember(this.#sends, peer, counted);
    await this.#options.store.saveContact(this.#options.sessionId, peer, counted);
  }

  async #lookUp(peers: readonly string[]): Promise<void> {
    const { chats, workspaceId, sessionId } = this.#options;
    const unknown = peers.filter((peer) => !this.#answeredAt.has(peer));
    if (unknown.length === 0) return;
    const times = await chats.lastReceivedAt(workspaceId, sessionId, unknown);
    unknown.forEach((peer, i) => {
      if (times[i]) remember(this.#answeredAt, peer, times[i]);
    });
  }
}

/** Forgets the oldest beyond a number: it can be read again. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
