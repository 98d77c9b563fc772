import { setTimeout as pause } from 'node:timers/promises';
import { errorOf, GraphError, parameter, titleOf } from './graph-error.ts';
import { digitsOf, newWamid } from './ids.ts';
import { RateLimits } from './rate-limits.ts';
import type { Accepted, BusinessNumber, Customer, DeliveryStatus } from './records.ts';
import { contentOf, type ReadMark, type SentMessage } from './sent-message.ts';
import { windowKey, type Store } from './store.ts';
import { filledText, type Templates } from './templates.ts';
import type { WebhookSender } from './webhook-sender.ts';

const WINDOW_MS = 24 * 3_600_000;

interface Parts {
  readonly store: Store;
  readonly templates: Templates;
  readonly webhooks: WebhookSender;
}

/** Takes messages of businesses as Meta does, brings them to customers, and tells how far they are. */
export class PostOffice {
  readonly #store: Store;
  readonly #templates: Templates;
  readonly #webhooks: WebhookSender;
  readonly #limits: RateLimits;

  constructor({ store, templates, webhooks }: Parts) {
    this.#store = store;
    this.#templates = templates;
    this.#webhooks = webhooks;
    this.#limits = new RateLimits(store.config);
  }

  /** Throws what Meta would answer. `failsWith`: it is accepted, and fails afterwards with this code. */
  accept(from: BusinessNumber, message: SentMessage, failsWith?: number): Accepted {
    const to = this.#recipientOf(message);
    this.#limits.take(from.id, to, Date.now());
    const text = this.#check(from, to, message);
    const accepted: Accepted = {
      wamid: newWamid(),
      from: from.id,
      to,
      type: message.type,
      content: contentOf(message),
      text,
      context: message.context?.message_id ?? null,
      callbackData: message.biz_opaque_callback_data ?? null,
      acceptedAt: Date.now(),
      status: 'accepted',
    };
    this.#store.accepted.push(accepted);
    this.#store.changed();
    const customer = this.#store.customers.get(to);
    const code = failsWith ?? (customer ? undefined : 131026);
    void this.#bring(accepted, code);
    return accepted;
  }

  /** A business has read what a customer wrote. Throws for a message that is not one of those. */
  markRead(from: BusinessNumber, { message_id: wamid }: ReadMark): void {
    if (this.#store.written.get(wamid)?.phoneNumberId !== from.id) throw parameter('The message to be read is not one of this number.');
  }

  /** The customer reads everything that was delivered to it, or one message. */
  read(customer: Customer, wamid?: string): number {
    const unread = this.#store.accepted.filter((each) => each.to === customer.number && each.status === 'delivered' && (wamid === undefined || each.wamid === wamid));
    for (const message of unread) this.#report(message, 'read');
    return unread.length;
  }

  /** What waited for a phone that was off. */
  deliverWaiting(customer: Customer): void {
    for (const message of this.#store.accepted) {
      if (message.to === customer.number && message.status === 'sent') this.#deliver(message, customer);
    }
  }

  #recipientOf({ to, recipient }: SentMessage): string {
    if (to !== undefined) {
      const digits = digitsOf(to);
      if (digits === undefined) throw parameter(`to: ${to} is not a phone number`);
      return digits;
    }
    const known = [...this.#store.customers.values()].find(({ bsuid }) => bsuid === recipient);
    if (!known) throw parameter('The parameter to or recipient is required.');
    return known.number;
  }

  /** The text that the person reads. */
  #check(from: BusinessNumber, to: string, message: SentMessage): string | null {
    if (message.type === 'template') return filledText(this.#templates.requireSendable(from.businessAccountId, message.template), message.template);
    const lastWrote = this.#store.windows.get(windowKey(from.id, to)) ?? 0;
    if (Date.now() - lastWrote > WINDOW_MS) {
      throw errorOf(131047, 'Message failed to send because more than 24 hours have passed since the customer last replied to this number.');
    }
    this.#checkMedia(from, message);
    return textOf(message);
  }

  #checkMedia(from: BusinessNumber, message: SentMessage): void {
    const { id, link } = (contentOf(message) ?? {}) as { id?: string; link?: string };
    if (id === undefined || link !== undefined || message.type === 'interactive') return;
    if (this.#store.media.get(id)?.businessAccountId !== from.businessAccountId) throw new GraphError(131053, '(#131053) Media upload error', { details: `There is no media ${id}.` });
  }

  async #bring(message: Accepted, failsWith: number | undefined): Promise<void> {
    await pause(this.#store.config.ackDelayMs);
    if (failsWith !== undefined) return this.#report(message, 'failed', failsWith);
    this.#report(message, 'sent');
    const customer = this.#store.customers.get(message.to);
    if (!customer?.isOnline) return;
    await pause(this.#store.config.ackDelayMs);
    this.#deliver(message, customer);
  }

  #deliver(message: Accepted, customer: Customer): void {
    this.#report(message, 'delivered');
    if (customer.autoRead) this.#report(message, 'read');
  }

  #report(message: Accepted, status: DeliveryStatus, code?: number): void {
    const from = this.#store.numbers.get(message.from);
    if (!from) return;
    message.status = status;
    this.#store.changed();
    this.#webhooks.add({ businessAccountId: from.businessAccountId, field: 'messages', value: this.#statusValue(from, message, status, code) });
  }

  #statusValue(from: BusinessNumber, message: Accepted, status: DeliveryStatus, code: number | undefined) {
    const customer = this.#store.customers.get(message.to);
    const failure = code === undefined ? {} : { errors: [{ code, title: titleOf(code), message: titleOf(code), error_data: { details: `${titleOf(code)}.` } }] };
    return {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: from.number, phone_number_id: from.id },
      statuses: [
        {
          id: message.wamid,
          status,
          timestamp: String(Math.floor(Date.now() / 1_000)),
          recipient_id: message.to,
          ...(customer && { recipient_user_id: customer.bsuid }),
          ...(message.callbackData !== null && { biz_opaque_callback_data: message.callbackData }),
          ...failure,
        },
      ],
    };
  }
}

function textOf(message: SentMessage): string | null {
  if (message.type === 'text') return message.text.body;
  return (contentOf(message) as { caption?: string } | undefined)?.caption ?? null;
}
