import { type Account, type Link, readsAtOnce } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import { isGroupJid } from '../numbers.ts';
import type { Switchboard } from '../page-server/switchboard.ts';
import type { SettingsStore } from '../settings.ts';
import type { Journal } from '../storage/journal.ts';
import type { CopyRecords } from './copy-records.ts';
import type { DeliveryRecords } from './delivery-records.ts';
import type { LedgerRecords } from './ledger-records.ts';
import { ACK, isAction, type Message, SEND_ERROR, targetOf } from './message.ts';
import { pageItem } from './page-item.ts';
import { levelsBetween } from './receipts.ts';

export interface PostOfficeOptions {
  readonly directory: Directory;
  readonly ledger: LedgerRecords;
  readonly copies: CopyRecords;
  readonly deliveries: DeliveryRecords;
  readonly switchboard: Switchboard;
  readonly settings: SettingsStore;
  readonly journal: Journal;
  readonly onDelivered: (owner: Account, message: Message) => void; // once for each wire id that reached a phone
}

/** The linked page a message came from. */
export interface Origin {
  readonly link: Link;
  readonly login: number; // of the connection
}

interface Outcome {
  readonly levels: readonly number[]; // what the sender's pages show, in order
  readonly receiptNumber: number;
}

const failure = (...levels: number[]): Outcome => ({ levels, receiptNumber: 0 });
const isRewrite = ({ type }: Message): boolean => type === 'edit' || type === 'revoke';

/**
 * Takes messages in, writes them down and hands them on.
 *
 * An honest witness: a wire id that comes again is accepted, listed and delivered again.
 */
export class PostOffice {
  readonly #options: PostOfficeOptions;
  #duplicates: number;

  constructor(options: PostOfficeOptions) {
    this.#options = options;
    this.#duplicates = options.copies.countRepeats();
  }

  /** Arrivals beyond the first of a wire id at the same person. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Without an origin it was written on the phone. */
  accept(message: Message, origin?: Origin): void {
    const link = origin?.link;
    const error = this.#refusal(message, link);
    if (error === SEND_ERROR.unknownRecipient) return this.#answer(message, link, failure(ACK.error));
    this.#options.ledger.append(message, origin, error);
    if (error !== undefined) return this.#answer(message, link, failure(ACK.server, ACK.error));
    const outcome = this.#distribute(message);
    this.#mirror(message, link, outcome);
    this.#answer(message, link, outcome);
  }

  #refusal(message: Message, link: Link | undefined): number | undefined {
    const { directory, copies } = this.#options;
    const sender = directory.find(message.sender);
    const recipients = this.#recipientsOf(message);
    if (!sender || recipients.length === 0) return SEND_ERROR.unknownRecipient;
    if (sender.banned) return SEND_ERROR.blocked;
    const isLocked = link && sender.faults.has('timelock') && !isGroupJid(message.recipient);
    return isLocked && !copies.hasTalked(message.sender, message.recipient) ? SEND_ERROR.timelock : undefined;
  }

  #recipientsOf({ sender, recipient }: Message): Account[] {
    const { directory } = this.#options;
    const numbers = isGroupJid(recipient)
      ? (directory.findGroup(recipient)?.members.filter((member) => member !== sender) ?? [])
      : [recipient];
    return numbers.flatMap((number) => directory.find(number) ?? []);
  }

  #distribute(message: Message): Outcome {
    let ack: number = ACK.played;
    let receiptNumber = 0;
    for (const owner of this.#recipientsOf(message)) {
      const copy = this.#deliver(owner, message);
      ack = Math.min(ack, copy.ack);
      receiptNumber = Math.max(receiptNumber, copy.receiptNumber);
    }
    return { levels: levelsBetween(0, ack), receiptNumber };
  }

  #deliver(owner: Account, message: Message): { ack: number; receiptNumber: number } {
    const ack = this.#reachedLevel(owner);
    this.#push(owner, message);
    if (isRewrite(message)) {
      this.#rewriteTarget(owner, message);
      return { ack, receiptNumber: 0 };
    }
    const copy = this.#options.copies.add(owner.number, message, ack);
    if (copy.copies > 1) this.#duplicates += 1;
    else if (owner.online) this.announce(owner, message);
    return copy;
  }

  /** A message reached a phone for the first time. */
  announce(owner: Account, message: Message): void {
    if (!isAction(message.type)) this.#options.onDelivered(owner, message);
  }

  #reachedLevel(owner: Account): number {
    if (owner.online) return readsAtOnce(owner) ? ACK.read : ACK.delivered;
    return this.#options.switchboard.isReachable(owner) ? ACK.delivered : ACK.server;
  }

  #rewriteTarget(owner: Account, { sender, content, type, body }: Message): void {
    const target = targetOf(content);
    if (target === undefined) return;
    const change = type === 'revoke' ? { type: 'revoked', body: '' } : { body };
    this.#options.copies.rewrite(owner.number, sender, target, change);
  }

  /** To every linked page of the person, kept for those that are away. */
  #push(owner: Account, message: Message, except?: Link, ack?: number): void {
    if (owner.links.size === 0) return;
    const { deliveries, switchboard, directory } = this.#options;
    const item = JSON.stringify(pageItem(owner.number, message, directory.find(message.sender)?.name, ack));
    for (const link of owner.links.values()) {
      if (link === except) continue;
      const seq = deliveries.add(link.id, item);
      switchboard.find(link)?.addItem(seq, item);
    }
  }

  /** The sender's other linked pages see what was sent. */
  #mirror(message: Message, link: Link | undefined, { levels }: Outcome): void {
    const sender = this.#options.directory.find(message.sender);
    const isToSelf = message.recipient === message.sender;
    if (sender && !isToSelf) this.#push(sender, message, link, levels.at(-1) ?? ACK.server);
  }

  #answer({ wireId }: Message, link: Link | undefined, { levels, receiptNumber }: Outcome): void {
    if (!link) return;
    const { settings, switchboard, journal } = this.#options;
    const { ackDelayMs } = settings.current;
    const tell = () => switchboard.find(link)?.addReceipt(wireId, levels, receiptNumber);
    if (ackDelayMs === 0) tell();
    else journal.afterCommit(() => setTimeout(tell, ackDelayMs).unref());
  }
}
