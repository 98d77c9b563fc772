import { isGroupJid, shown } from '../numbers.ts';
import type { Copy } from './copy.ts';
import { ACK, type Content, targetOf } from './message.ts';

/** One entry of what a phone shows, in the words of the control API. */
export interface PhoneEntry {
  readonly wireId: string;
  readonly from: string;
  readonly chat: string; // the other person, or the group
  readonly type: string;
  readonly text: string;
  readonly receivedAt: string;
  readonly sentAt: string;
  readonly copies: number; // how often this wire id came
  readonly ack: number; // as the sender sees it: 2 delivered, 3 read, 4 played
  readonly edited?: true;
  readonly media?: { mimetype: string; filename?: string; size: number; sha256: string; url: string };
  readonly location?: { latitude: unknown; longitude: unknown };
  readonly poll?: { name: unknown; options: unknown };
  readonly target?: string;
  readonly isForwarded?: true;
  readonly preview?: { title: unknown; url: unknown }; // of a link in the text
  readonly replyTo?: string;
}

const SHOWN_TYPE: Readonly<Record<string, string>> = {
  chat: 'text',
  ptt: 'voice',
  vcard: 'contact',
  multi_vcard: 'contact',
  poll_creation: 'poll',
};

/** One entry a wire id: whoever else sent the same one only adds to its copies. */
export function phoneEntries(copies: readonly Copy[]): PhoneEntry[] {
  const entries = new Map<string, PhoneEntry>();
  for (const copy of copies) {
    const earlier = entries.get(copy.wireId);
    entries.set(copy.wireId, earlier ? { ...earlier, copies: earlier.copies + copy.copies } : phoneEntry(copy));
  }
  return [...entries.values()];
}

export function phoneEntry(copy: Copy): PhoneEntry {
  const { wireId, sender, recipient, type, receivedAt, sentAt, copies, ack, edited, content, body } = copy;
  const target = targetOf(content);
  const replyTo = content?.['quotedStanzaID'];
  return {
    wireId,
    from: shown(sender),
    chat: isGroupJid(recipient) ? recipient : shown(sender),
    type: SHOWN_TYPE[type] ?? type,
    text: textOf(body, content),
    receivedAt: new Date(receivedAt ?? sentAt).toISOString(),
    sentAt: new Date(sentAt).toISOString(),
    copies,
    ack,
    ...(edited && { edited }),
    ...mediaOf(content),
    ...detailsOf(content),
    ...(target !== undefined && { target }),
    ...(typeof replyTo === 'string' && { replyTo }),
  };
}

export interface ChatSummary {
  readonly chat: string; // number or group id
  readonly name: string;
  readonly lastText: string;
  readonly lastAt: string;
  readonly unread: number;
}

/** The chats that `copies` (oldest first) are from, the liveliest first. */
export function chatSummaries(
  number: string,
  copies: readonly Copy[],
  nameOf: (address: string) => string,
): ChatSummary[] {
  const chats = new Map<string, ChatSummary>();
  for (const copy of copies) {
    const { sender, recipient, receivedAt, ack, sentAt } = copy;
    const isOwn = sender === number;
    if (!isOwn && receivedAt === undefined) continue;
    const address = isGroupJid(recipient) || isOwn ? recipient : sender;
    const chat = isGroupJid(address) ? address : shown(address);
    const unread = (chats.get(chat)?.unread ?? 0) + (!isOwn && ack < ACK.read ? 1 : 0);
    const { text, type } = phoneEntry(copy);
    const lastText = text || `[${type}]`;
    chats.delete(chat); // to the end
    chats.set(chat, { chat, name: nameOf(address), lastText, lastAt: new Date(sentAt).toISOString(), unread });
  }
  return [...chats.values()].reverse();
}

function textOf(body: string, content: Content | undefined): string {
  const instead = content?.['caption'] ?? content?.['pollName'] ?? content?.['loc'];
  return body === '' && typeof instead === 'string' ? instead : body;
}

function mediaOf(content: Content | undefined): Pick<PhoneEntry, 'media'> {
  const { filehash, mimetype, filename, size } = content ?? {};
  if (typeof filehash !== 'string' || typeof mimetype !== 'string') return {};
  const url = `/media/${Buffer.from(filehash, 'base64').toString('base64url')}`;
  const named = typeof filename === 'string' ? { filename } : {};
  return { media: { mimetype, ...named, size: Number(size ?? 0), sha256: filehash, url } };
}

function detailsOf(content: Content | undefined): Pick<PhoneEntry, 'location' | 'poll' | 'isForwarded' | 'preview'> {
  const { lat, lng, pollName, pollOptions, isForwarded, title, matchedText } = content ?? {};
  return {
    ...(isForwarded === true && { isForwarded }),
    ...(title !== undefined && { preview: { title, url: matchedText } }),
    ...(lat !== undefined && { location: { latitude: lat, longitude: lng } }),
    ...(pollName !== undefined && { poll: { name: pollName, options: pollOptions } }),
  };
}
