import type { PacingProfile } from '../../shared/contracts/api/sessions.ts';
import type { DailyQuiet } from '../../shared/contracts/quiet-hours.ts';
import type { MessageFailure } from '../../shared/contracts/message.ts';
import type { Clock } from '../../shared/domain/clock.ts';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import { addBanSign, campaignsPausedUntil } from '../../shared/domain/pacing/ban-signs.ts';
import { contactFreeAt } from '../../shared/domain/pacing/contact-limit.ts';
import { countSend, FRESH_PACING, nextSendAt, type PacingState } from '../../shared/domain/pacing/pacing.ts';
import type { PacingRules } from '../../shared/domain/pacing/pacing-rules.ts';
import type { PacingStore } from '../../shared/domain/pacing/pacing-store.ts';
import { quietHoursOf, quietUntil } from '../../shared/domain/pacing/quiet-hours.ts';
import type { KnownContacts } from './known-contacts.ts';

const REFUSED: MessageFailure = { code: 'rejected_by_whatsapp', detail: 'WhatsApp refused the message after taking it' };

export interface WhatsAppRateLimiterOptions {
  readonly sessionId: string;
  readonly store: PacingStore;
  readonly contacts: KnownContacts;
  readonly rules: PacingRules;
  /** The session's own: `undefined` means the fleet's, `null` none. */
  readonly quietHours: () => DailyQuiet | null | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly warn: (code: 'time_locked' | 'ban_sign', detail: string) => void;
  /** Unix ms; `null`: new chats may be opened again. */
  readonly onNewChatsPaused: (until: number | null) => void;
}

export interface Admission {
  readonly now: readonly OutboundMessage[];
  /** Not before `dueAt` (Unix ms). */
  readonly later: readonly { readonly message: OutboundMessage; readonly dueAt: number }[];
}

/** A group is not written to out of the blue. */
const isPerson = (peer: string): boolean => !peer.endsWith('@g.us');
const isPaced = (profile: PacingProfile): boolean => profile !== 'unlimited';

/**
 * Keeps a number from being banned: says when the next message may leave, to whom, and what to do at signs of a ban.
 * All it knows is in the table, so that a move resets nothing. Unlimited sessions cost one read at the start.
 */
export class WhatsAppRateLimiter {
  readonly #options: WhatsAppRateLimiterOptions;
  #state: PacingState | undefined;
  #nextAt: number | undefined; // drawn once for each message
  #pauseTold: number | null | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: WhatsAppRateLimiterOptions) {
    this.#options = options;
  }

  /** Milliseconds until campaigns may go on, 0 for now. Direct messages are not held up by what holds campaigns. */
  async campaignsWaitMs(profile: PacingProfile): Promise<number> {
    const { clock, rules, quietHours } = this.#options;
    const state = await this.#load();
    const now = clock.now();
    return isPaced(profile) ? Math.max(state.campaignsPausedUntil, quietUntil(quietHoursOf(quietHours(), rules.quietHours), now), now) - now : 0;
  }

  /** Milliseconds until the next message may leave, 0 for now. */
  async waitMs(profile: PacingProfile): Promise<number> {
    if (!isPaced(profile)) return 0;
    const { clock, random, rules } = this.#options;
    const state = await this.#load();
    const now = clock.now();
    this.#nextAt ??= nextSendAt(profile, state, now, random, rules);
    return Math.max(0, this.#nextAt - now);
  }

  /** Which of these may leave at all just now, and when the others may. */
  async admit(profile: PacingProfile, messages: readonly OutboundMessage[]): Promise<Admission> {
    const now = this.#options.clock.now();
    const pausedUntil = (await this.#load()).newChatsPausedUntil;
    if (pausedUntil <= now && !isPaced(profile)) return { now: messages, later: [] };
    const people = [...new Set(messages.map(({ peer }) => peer).filter(isPerson))];
    const newOnes = pausedUntil > now ? await this.#options.contacts.newAmong(people) : new Set<string>();
    const freeAt = new Map(await Promise.all(people.map(async (peer) => [peer, await this.#contactFreeAt(profile, peer, now)] as const)));
    const dueOf = ({ peer }: OutboundMessage): number => Math.max(newOnes.has(peer) ? pausedUntil : now, freeAt.get(peer) ?? now);
    return {
      now: messages.filter((message) => dueOf(message) <= now),
      later: messages.filter((message) => dueOf(message) > now).map((message) => ({ message, dueAt: dueOf(message) })),
    };
  }

  /** To be called before a message leaves: a crash may count one too many, never one too few. */
  async count(profile: PacingProfile, peer: string): Promise<void> {
    if (!isPaced(profile)) return;
    const { clock, contacts, rules } = this.#options;
    const now = clock.now();
    this.#nextAt = undefined;
    await this.#save(countSend(await this.#load(), now));
    if (isPerson(peer) && rules.perContactAnHour > 0) await contacts.countSend(peer, now);
  }

  /**
   * WhatsApp took a message and then refused it (−1). To somebody who never wrote to us that is its time-lock (463): the
   * number may answer, but open no new chats for a time. Anything like it is a step towards a ban, so campaigns pause.
   */
  async explainRefusal(peer: string): Promise<MessageFailure> {
    const { clock, contacts, rules } = this.#options;
    const isLock = isPerson(peer) && (await contacts.newAmong([peer])).has(peer);
    const state = await this.#load();
    const now = clock.now();
    const banSigns = addBanSign(state.banSigns, now);
    const newChatsPausedUntil = isLock ? now + rules.timeLockMs : state.newChatsPausedUntil;
    await this.#save({ ...state, banSigns, campaignsPausedUntil: campaignsPausedUntil(banSigns), newChatsPausedUntil });
    return isLock ? this.#timeLocked(newChatsPausedUntil) : this.#refused(peer);
  }

  onReceived(peers: readonly string[]): void {
    this.#options.contacts.onReceived(peers, this.#options.clock.now());
  }

  #timeLocked(until: number): MessageFailure {
    const detail = `WhatsApp lets this number answer, but open no new chats. Messages to new chats wait until ${new Date(until).toISOString()}`;
    this.#options.warn('time_locked', detail);
    return { code: 'time_locked', detail };
  }

  #refused(peer: string): MessageFailure {
    const whom = isPerson(peer) ? 'in a chat that exists' : 'to a group';
    this.#options.warn('ban_sign', `WhatsApp took a message ${whom}, then refused it. Campaigns of this number pause for a while`);
    return REFUSED;
  }

  async #contactFreeAt(profile: PacingProfile, peer: string, now: number): Promise<number> {
    const { contacts, rules } = this.#options;
    if (!isPaced(profile) || rules.perContactAnHour === 0) return now;
    const { sends, answeredAt } = await contacts.historyOf(peer);
    return contactFreeAt(sends, answeredAt, now, rules.perContactAnHour);
  }

  async #load(): Promise<PacingState> {
    const { sessionId, store } = this.#options;
    const state = this.#state ?? (await store.load(sessionId)) ?? FRESH_PACING;
    this.#state ??= state;
    this.#tellPause(this.#state);
    return this.#state;
  }

  /** One write at a time, each of the newest state: an older one must not come last. */
  async #save(state: PacingState): Promise<void> {
    const { sessionId, store } = this.#options;
    this.#state = state;
    this.#tellPause(state);
    this.#saving = this.#saving.catch(() => undefined).then(() => store.save(sessionId, this.#state ?? state));
    await this.#saving;
  }

  #tellPause({ newChatsPausedUntil }: PacingState): void {
    const until = newChatsPausedUntil > this.#options.clock.now() ? newChatsPausedUntil : null;
    if (until === this.#pauseTold) return;
    this.#pauseTold = until;
    this.#options.onNewChatsPaused(until);
  }
}
