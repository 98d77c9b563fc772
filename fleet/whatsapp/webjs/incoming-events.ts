import * as z from 'zod';
import type { MessageDetails } from '../../../shared/contracts/message-details.ts';
import type { MessageType } from '../../../shared/contracts/message.ts';
import type { Ack, AckReport, CloseReason, ReceivedMessage } from '../whatsapp-client.ts';
import { peerOfJid } from './jid.ts';
import { PageNotice } from './noticed-events.ts';
import { contactOfVcard } from './vcard.ts';

const PageAck = z.object({ wireId: z.string(), jid: z.string(), phoneJid: z.string().nullable(), ack: z.int() });
const PageMedia = z.object({ mimetype: z.string(), filename: z.string().nullable(), bytes: z.number(), sha256: z.string() });
const PageMessage = z.object({
  wireId: z.string().min(1),
  jid: z.string().min(1),
  author: z.string().nullable(),
  senderName: z.string().nullable(),
  type: z.string(),
  text: z.string().nullable(),
  replyToWireId: z.string().nullable(),
  replyToT: z.number().nullable(),
  isForwarded: z.boolean(),
  isViewOnce: z.boolean(),
  mentions: z.array(z.string()),
  place: z.object({ latitude: z.number(), longitude: z.number(), label: z.string() }).nullable(),
  vcards: z.array(z.string()),
  poll: z.object({ question: z.string(), options: z.array(z.string()), multiple: z.boolean() }).nullable(),
  t: z.number().nonnegative(),
  media: PageMedia.nullable(),
});

export const PageAcks = z.array(PageAck);
export const PageMessages = z.array(PageMessage);
export const PageReport = z.object({ acks: PageAcks, received: PageMessages, noticed: z.array(PageNotice) });

const TYPES: Readonly<Record<string, MessageType>> = {
  chat: 'text',
  image: 'image',
  video: 'video',
  ptv: 'video',
  ptt: 'voice',
  audio: 'audio',
  document: 'document',
  sticker: 'sticker',
  location: 'location',
  vcard: 'contact',
  multi_vcard: 'contact',
  poll_creation: 'poll',
};

const isAck = (ack: number): ack is Ack => ack >= -1 && ack <= 4;

/** A negative ack of any kind is a refusal. */
export const toAck = (ack: number): Ack => (ack < 0 ? -1 : isAck(ack) ? ack : 4);

/** The peer is the number we wrote to, where the page knows it, also when the chat goes by lid. */
export const toAckReport = ({ wireId, jid, phoneJid, ack }: z.infer<typeof PageAck>): AckReport => ({
  wireId,
  peer: peerOfJid(phoneJid ?? jid),
  ack: toAck(ack),
});

/** What may be looked at once is not shown by linked devices. */
const typeOf = ({ type, isViewOnce }: z.infer<typeof PageMessage>): MessageType => (isViewOnce ? 'unknown' : (TYPES[type] ?? 'unknown'));

function detailsOf(message: z.infer<typeof PageMessage>): MessageDetails | null {
  const { type, isViewOnce, place, vcards, poll } = message;
  const details: MessageDetails = {
    ...(place && { location: toLocation(place) }),
    ...(vcards.length > 0 && { contacts: vcards.map(contactOfVcard) }),
    ...(poll && { poll }),
    ...(typeOf(message) === 'unknown' && { rawType: isViewOnce ? `view_once_${type}` : type }),
  };
  return Object.keys(details).length > 0 ? details : null;
}

/** A place's name is the first line of its label, its address the others. */
function toLocation({ latitude, longitude, label }: { latitude: number; longitude: number; label: string }) {
  const [name, ...address] = label.split('\n');
  return { latitude, longitude, name: name || null, address: address.join('\n') || null };
}

export function toReceived(message: z.infer<typeof PageMessage>): ReceivedMessage {
  const { wireId, jid, author, senderName, text, replyToWireId, replyToT, isForwarded, mentions, t, media } = message;
  const isGroup = jid.endsWith('@g.us');
  return {
    wireId,
    peer: peerOfJid(jid),
    author: isGroup && author ? peerOfJid(author) : null,
    senderName,
    type: typeOf(message),
    text,
    replyToWireId,
    replyToAtMs: replyToT === null ? null : replyToT * 1_000,
    isForwarded,
    mentions: mentions.map(peerOfJid),
    details: detailsOf(message),
    atMs: t * 1_000,
    media: media && { ...media, bytes: Math.trunc(media.bytes) },
  };
}

/** The library's word for why it ended, in ours. */
const CLOSE_REASONS: Readonly<Record<string, CloseReason>> = {
  LOGOUT: 'logged_out',
  UNPAIRED: 'logged_out',
  UNPAIRED_IDLE: 'logged_out',
  CONFLICT: 'conflict',
  TOS_BLOCK: 'banned',
  SMB_TOS_BLOCK: 'banned',
  DEPRECATED_VERSION: 'outdated',
  PROXYBLOCK: 'refused',
};

export const closeReasonOf = (state: string): CloseReason => CLOSE_REASONS[state] ?? 'refused';

/** What a start fails with when WhatsApp's page was not to be had: the network's words, or the library's when something else was served. */
const NO_PAGE = /net::|auth timeout|Navigation/;

export const startFailureOf = (detail: string): CloseReason => (NO_PAGE.test(detail) ? 'unreachable' : 'start_timeout');

/** States in which a page waits for WhatsApp's servers. */
export const WAITING_STATES: ReadonlySet<string> = new Set(['OPENING', 'TIMEOUT']);

/** States of the page that it does not leave by itself, other than for a QR code. */
export const FINAL_STATES: ReadonlySet<string> = new Set(['CONFLICT', 'TOS_BLOCK', 'SMB_TOS_BLOCK', 'DEPRECATED_VERSION', 'PROXYBLOCK']);
