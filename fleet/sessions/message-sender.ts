import { isAction, targetOf } from '../../shared/domain/outbox/actions.ts';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { Messages } from '../../shared/domain/outbox/messages.ts';
import type { SessionEvent } from '../../shared/contracts/session-events.ts';
import { wireIdOf } from '../../shared/identity/message-identity.ts';
import type { MessageReference, OutgoingMessage, SendOutcome, WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import type { InFlight } from './in-flight.ts';
import type { Receipts } from './receipts.ts';

const MOST_AT_ONCE = 25; // one trip to the page; a crash leaves no more than this and one more claim in doubt
const MOST_UNSENT = 250; // beyond it WhatsApp is not keeping up, or not listening
const ROOM_WITHIN_MS = 60_000;

/** Our right to act, as far as this instance knows. */
export interface HeldLease {
  isHeld(): boolean;
  heldForMs(): number;
}

export interface MessageSenderOptions {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly client: WhatsAppClient;
  readonly lease: HeldLease;
  readonly messages: Pick<Messages, 'getMany'>;
  readonly inFlight: InFlight;
  readonly receipts: Receipts;
  readonly report: (...events: readonly SessionEvent[]) => void;
}

/** What became of a batch: all others are on their way or failed for good. */
export interface SendResult {
  /** Never handed over; to be sent again. */
  readonly notSent: readonly OutboundMessage[];
  /** May have left or not; to be looked up. */
  readonly unknown: readonly OutboundMessage[];
}

/** Ids of the messages that this one refers to. */
const referencesOf = ({ content, replyTo }: OutboundMessage): readonly string[] =>
  [targetOf(content)?.id, replyTo].filter((id) => typeof id === 'string');
const isLight = ({ content }: OutboundMessage): boolean => !('media' in content);

/** Light messages travel together; each file goes alone, as its page holds all of it. */
function* tripsOf(messages: readonly OutboundMessage[]): Generator<readonly OutboundMessage[]> {
  let trip: OutboundMessage[] = [];
  for (const message of messages) {
    const fits = trip.length < MOST_AT_ONCE && isLight(message) && trip.every(isLight);
    if (!fits && trip.length > 0) {
      yield trip;
      trip = [];
    }
    trip.push(message);
  }
  if (trip.length > 0) yield trip;
}

/** Hands claimed messages to the page. Asks before each trip whether we still may. */
export class MessageSender {
  readonly #options: MessageSenderOptions;

  constructor(options: MessageSenderOptions) {
    this.#options = options;
  }

  async send(messages: readonly OutboundMessage[]): Promise<SendResult> {
    const notSent: OutboundMessage[] = [];
    const unknown: OutboundMessage[] = [];
    for (const trip of tripsOf(messages)) {
      await this.#options.inFlight.room(MOST_UNSENT, ROOM_WITHIN_MS);
      const outcomes = this.#options.lease.isHeld() ? await this.#sendTrip(trip) : trip.map(() => ({ outcome: 'not-sent' as const }));
      trip.forEach((message, i) => {
        const { outcome } = outcomes[i] ?? { outcome: 'unknown' };
        if (outcome === 'not-sent') notSent.push(message);
        if (outcome === 'unknown') unknown.push(message);
      });
    }
    return { notSent, unknown };
  }

  async #sendTrip(trip: readonly OutboundMessage[]): Promise<readonly SendOutcome[]> {
    const { client, lease, inFlight, sessionId } = this.#options;
    const outgoing = await this.#outgoing(trip);
    for (const message of trip) inFlight.add(message, wireIdOf(message.id, sessionId)); // receipts may overtake the answer
    const outcomes = await client.send(outgoing, () => Date.now() + lease.heldForMs());
    trip.forEach((message, i) => this.#settle(message, outcomes[i]));
    return outcomes;
  }

  #settle(message: OutboundMessage, outcome: SendOutcome | undefined): void {
    const { inFlight, receipts, report, sessionId } = this.#options;
    const wireId = wireIdOf(message.id, sessionId);
    switch (outcome?.outcome) {
      case 'accepted':
        if (!isAction(message.content)) return; // its acks will come
        inFlight.settle(wireId); // what is done to a message is taken once the page says so, and has no acks
        return report({ type: 'message.sent', at: new Date().toISOString(), messageId: message.id, wireId });
      case 'failed':
        return receipts.fail(message.id, wireId, outcome.failure);
      case 'not-sent':
      case 'unknown':
      case undefined:
        return inFlight.drop(wireId);
    }
  }

  async #outgoing(trip: readonly OutboundMessage[]): Promise<readonly OutgoingMessage[]> {
    const references = await this.#references(trip.flatMap(referencesOf));
    const referenceOf = (id: string | null | undefined) => (id && references.get(id)) || null;
    return trip.map(({ id, peer, content, replyTo }) => ({
      wireId: wireIdOf(id, this.#options.sessionId),
      peer,
      content,
      replyTo: referenceOf(replyTo),
      target: referenceOf(targetOf(content)?.id),
    }));
  }

  /** How WhatsApp knows these messages. One that we do not have is left out. */
  async #references(ids: readonly string[]): Promise<ReadonlyMap<string, MessageReference>> {
    if (ids.length === 0) return new Map();
    const stored = await this.#options.messages.getMany(this.#options.workspaceId, ids);
    return new Map([...stored.values()].map(({ id, wireId, peer, direction, sessionId }) => {
      const isOurs = direction === 'outbound';
      return [id, { wireId: wireId ?? wireIdOf(id, sessionId), peer, fromMe: isOurs }];
    }));
  }
}
