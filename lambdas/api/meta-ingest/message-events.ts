import type { MessageType } from '../../../shared/contracts/message.ts';
import { WebhookContact, type WebhookFile, type WebhookMessage } from '../../../shared/contracts/meta/webhook.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { identityEvent, instantOf, phoneNumberOf } from './reported.ts';

type Received = Extract<SessionEvent, { type: 'message.received' }>;
type Said = Pick<Received, 'messageType' | 'text' | 'media' | 'details'>;

type Location = NonNullable<WebhookMessage['location']>;
type Card = NonNullable<WebhookMessage['contacts']>[number];

const FILES = ['image', 'video', 'audio', 'document', 'sticker'] as const;
/** Of a number that changed, and the like: nothing anybody wrote. */
const NO_MESSAGES = ['system'];

/** What a customer did, in our words. `undefined`: nothing we take, or nobody we could name. */
export function messageEvents(message: WebhookMessage, contacts: readonly unknown[], observedAt: string): readonly SessionEvent[] | undefined {
  const contact = contactOf(message, contacts);
  const bsuid = message.from_user_id ?? contact?.user_id;
  const phoneNumber = phoneNumberOf(message.from ?? contact?.wa_id);
  const peer = phoneNumber ?? bsuid;
  if (peer === undefined || NO_MESSAGES.includes(message.type)) return undefined;
  const at = instantOf(message.timestamp);
  const senderName = contact?.profile?.name ?? null;
  const identity = identityEvent(at, phoneNumber, bsuid, senderName);
  if (message.type === 'reaction') return [...identity, ...reactionEvents(message, at, peer)];
  return [...identity, {
    type: 'message.received', at, observedAt, wireId: message.id, peer, author: null, senderName,
    replyToWireId: message.context?.id ?? null, isForwarded: message.context?.forwarded ?? message.context?.frequently_forwarded ?? false, ...saidIn(message),
  }];
}

/** A batch tells the contacts of all its messages together. */
function contactOf({ from, from_user_id: bsuid }: WebhookMessage, contacts: readonly unknown[]): WebhookContact | undefined {
  const known = contacts.map((contact) => WebhookContact.safeParse(contact).data).filter((contact) => contact !== undefined);
  const ofSender = known.find(({ wa_id, user_id }) => (from !== undefined && wa_id === from) || (bsuid !== undefined && user_id === bsuid));
  return ofSender ?? (known.length === 1 ? known[0] : undefined);
}

const reactionEvents = ({ reaction }: WebhookMessage, at: string, peer: string): SessionEvent[] =>
  reaction ? [{ type: 'message.reaction', at, peer, wireId: reaction.message_id, author: peer, emoji: reaction.emoji ?? '' }] : [];

function saidIn(message: WebhookMessage): Said {
  const text = textIn(message);
  if (text !== undefined) return { messageType: 'text', text, media: null };
  const kind = FILES.find((type) => type === message.type);
  const file = kind && message[kind];
  if (kind && file) return { messageType: kind === 'audio' && file.voice ? 'voice' : kind, text: file.caption ?? null, media: mediaOf(file) };
  if (message.location) return { messageType: 'location', text: placeOf(message.location), media: null, details: { location: withNulls(message.location) } };
  if (message.contacts) return { messageType: 'contact', text: cardsOf(message.contacts), media: null, details: { contacts: message.contacts.map(cardOf) } };
  return { messageType: UNKNOWN, text: null, media: null, details: { rawType: message.type } };
}

const UNKNOWN: MessageType = 'unknown';

/** A pressed button is what somebody says. */
const textIn = ({ text, button, interactive }: WebhookMessage): string | undefined =>
  text?.body ?? button?.text ?? interactive?.button_reply?.title ?? interactive?.list_reply?.title ?? interactive?.nfm_reply?.body;

const mediaOf = ({ id, mime_type, filename, sha256 }: WebhookFile): Received['media'] => ({
  mimetype: mime_type.split(';')[0]?.trim() ?? mime_type,
  filename: filename ?? null,
  bytes: 0, // Meta tells the size with the file
  sha256: base64Of(sha256),
  providerId: id,
});

/** Meta writes hashes in base64 here and in hex elsewhere; ours are base64. */
const base64Of = (sha256: string): string => Buffer.from(sha256, /^[0-9a-f]{64}$/i.test(sha256) ? 'hex' : 'base64').toString('base64');

const placeOf = ({ name, address, latitude, longitude }: Location): string =>
  [name, address, `${latitude},${longitude}`].filter(Boolean).join('\n');

const withNulls = ({ latitude, longitude, name, address }: Location) => ({ latitude, longitude, name: name ?? null, address: address ?? null });

const cardOf = ({ name, phones }: Card) => ({ name: name?.formatted_name ?? '', phoneNumbers: phones.flatMap(({ phone }) => phone ?? []) });

const cardsOf = (cards: readonly Card[]): string =>
  cards.map(cardOf).map(({ name, phoneNumbers }) => [name, ...phoneNumbers].filter(Boolean).join(' ')).join('\n');
