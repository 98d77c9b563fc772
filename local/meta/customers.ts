import * as z from 'zod';
import { newWamid } from './ids.ts';
import type { BusinessNumber, Customer } from './records.ts';
import { windowKey, type Store } from './store.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** What a customer may write: any of Meta's inbound types, its content as Meta sends it. A text may be given by itself. */
export const Written = z.object({
  to: z.string(),
  type: z.string().default('text'),
  text: z.string().optional(),
  content: z.record(z.string(), z.unknown()).optional(),
  /** The message answered. */
  replyTo: z.string().optional(),
  wamid: z.string().optional(),
  timestamp: z.int().optional().describe('Unix seconds'),
  emoji: z.string().optional(),
  caption: z.string().optional(),
});
export type Written = z.output<typeof Written>;

/** People who write to businesses. */
export class Customers {
  readonly #store: Store;
  readonly #webhooks: WebhookSender;

  constructor(store: Store, webhooks: WebhookSender) {
    this.#store = store;
    this.#webhooks = webhooks;
  }

  /** Opens the 24 h in which the business may answer freely. Returns the message's id. */
  write(customer: Customer, to: BusinessNumber, written: Written): string {
    const wamid = written.wamid ?? newWamid();
    this.#store.windows.set(windowKey(to.id, customer.number), Date.now());
    this.#store.written.set(wamid, { customer: customer.number, phoneNumberId: to.id });
    this.#store.changed();
    const message = messageOf(customer, wamid, written);
    this.#webhooks.add({ businessAccountId: to.businessAccountId, field: 'messages', value: inboundValue(to, customer, message) });
    return wamid;
  }
}

const inboundValue = (to: BusinessNumber, { number, bsuid, name, hidesNumber }: Customer, message: unknown) => ({
  messaging_product: 'whatsapp',
  metadata: { display_phone_number: to.number, phone_number_id: to.id },
  contacts: [{ profile: { name }, ...(!hidesNumber && { wa_id: number }), user_id: bsuid }],
  messages: [message],
});

const messageOf = ({ number, bsuid, hidesNumber }: Customer, wamid: string, written: Written) => ({
  ...(!hidesNumber && { from: number }),
  from_user_id: bsuid,
  id: wamid,
  timestamp: String(written.timestamp ?? Math.floor(Date.now() / 1_000)),
  type: written.type,
  ...contentIn(written),
  ...(written.replyTo !== undefined && written.type !== 'reaction' && { context: { id: written.replyTo } }),
});

function contentIn({ type, text, content, replyTo, emoji, caption }: Written): Record<string, unknown> {
  if (type === 'unsupported') return { errors: [{ code: 131051, title: 'Message type unknown' }] };
  if (content !== undefined) return { [type]: { ...content, ...(caption !== undefined && { caption }) } };
  if (type === 'reaction') return { reaction: { message_id: replyTo, emoji: emoji ?? '' } };
  return { text: { body: text ?? '' } };
}
