import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { userJid } from '../numbers.ts';
import type { MediaRecords } from '../storage/media-records.ts';
import type { Content, Message } from './message.ts';

const MEDIA_TYPES = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const;
const text = z.string().max(65_536);
const wireId = z.string().min(1).max(200);

/** What a person can write on a phone. */
export const PhoneMessage = z
  .strictObject({
    to: z.string().min(1),
    type: z
      .enum(['text', ...MEDIA_TYPES, 'location', 'contact', 'poll', 'poll_vote', 'reaction', 'edit', 'revoke', 'other'])
      .default('text'),
    text: text.default(''), // the caption of media, the emoji of a reaction, the new text of an edit
    media: z
      .strictObject({ base64: z.base64(), mimetype: z.string().min(1), filename: z.string().optional() })
      .optional(),
    location: z.strictObject({ latitude: z.number(), longitude: z.number(), name: z.string().optional(), address: z.string().optional() }).optional(),
    contact: z.strictObject({ name: z.string(), number: z.string() }).optional(),
    poll: z
      .strictObject({ name: z.string(), options: z.array(z.string()).min(2), multiple: z.boolean().default(false) })
      .optional(),
    options: z.array(z.string()).optional(), // of a poll_vote
    target: wireId.optional(), // what a reaction, edit, revoke or poll_vote is about
    replyTo: wireId.optional(),
    forwarded: z.boolean().optional(),
    viewOnce: z.boolean().optional(),
    mentions: z.array(z.string()).optional(), // numbers that the text names
    rawType: z.string().min(1).max(50).optional(), // of `other`: what the page calls it
    wireId: wireId.optional(), // to send the very same message again
  })
  .superRefine((message, context) => {
    const needed = neededField(message.type);
    if (needed && message[needed] === undefined) {
      context.addIssue({ code: 'custom', path: [needed], message: `is needed for type ${message.type}` });
    }
  });
export type PhoneMessage = z.infer<typeof PhoneMessage>;

function neededField(type: PhoneMessage['type']): 'media' | 'location' | 'contact' | 'poll' | 'target' | 'rawType' | undefined {
  switch (type) {
    case 'text':
      return undefined;
    case 'location':
    case 'contact':
    case 'poll':
      return type;
    case 'other':
      return 'rawType';
    case 'reaction':
    case 'edit':
    case 'revoke':
    case 'poll_vote':
      return 'target';
    default:
      return 'media';
  }
}

/** As Android phones make them. */
export const newWireId = (): string => `AC${randomBytes(15).toString('hex').toUpperCase()}`;

/** What an earlier message was, for those that refer to it. */
export type Lookup = (wireId: string) => { sender: string; type: string; body: string } | undefined;

/** The message as it travels. `recipient` is digits or a group's jid, already known to exist. */
export function composeMessage(
  written: PhoneMessage,
  { sender, recipient, media, lookup }: { sender: string; recipient: string; media: MediaRecords; lookup: Lookup },
): Message {
  const { type, body, content } = bodyOf(written, media);
  const merged = { ...content, ...quote(written, lookup), ...target(written, lookup), ...marksOf(written) };
  return {
    wireId: written.wireId ?? newWireId(),
    sender,
    recipient,
    type,
    body,
    content: Object.keys(merged).length > 0 ? merged : undefined,
    sentAt: Date.now(),
  };
}

function bodyOf(written: PhoneMessage, media: MediaRecords): { type: string; body: string; content?: Content } {
  const { type, text: body, location, contact, poll, options } = written;
  if (written.viewOnce) return { type: type === 'voice' ? 'ptt' : type, body: '' }; // linked devices get no file
  if (written.media) return mediaBody(written, written.media, media);
  if (location) return { type, body, content: placeContent(location) };
  if (contact) return { type: 'vcard', body: vcard(contact), content: { vcardFormattedName: contact.name } };
  if (poll) return { type: 'poll_creation', body: '', content: pollContent(poll) };
  if (type === 'poll_vote') return { type, body, content: { options: options ?? [] } };
  if (type === 'other') return { type: written.rawType ?? 'unknown', body };
  return { type: type === 'text' ? 'chat' : type, body };
}

function mediaBody(
  { type, text: caption }: PhoneMessage,
  { base64, mimetype, filename }: NonNullable<PhoneMessage['media']>,
  media: MediaRecords,
): { type: string; body: string; content: Content } {
  const { sha256, bytes } = media.insert(mimetype, Buffer.from(base64, 'base64'));
  const directPath = `/mms/${Buffer.from(sha256, 'base64').toString('base64url')}`;
  const content: Content = {
    directPath,
    mimetype,
    filehash: sha256,
    encFilehash: sha256,
    mediaKey: randomBytes(32).toString('base64'),
    mediaKeyTimestamp: Math.floor(Date.now() / 1000),
    size: bytes.length,
    caption,
    ...(filename !== undefined && { filename }),
  };
  return { type: type === 'voice' ? 'ptt' : type, body: '', content };
}

const placeContent = ({ latitude, longitude, name = '', address }: NonNullable<PhoneMessage['location']>): Content => ({
  lat: latitude,
  lng: longitude,
  loc: address === undefined ? name : `${name}\n${address}`,
});

const pollContent = ({ name, options, multiple }: NonNullable<PhoneMessage['poll']>): Content => ({
  pollName: name,
  pollOptions: options.map((option, localId) => ({ name: option, localId })),
  pollSelectableOptionsCount: multiple ? 0 : 1,
});

function vcard({ name, number }: NonNullable<PhoneMessage['contact']>): string {
  const phone = `TEL;type=CELL;waid=${number.replace('+', '')}:${number}`;
  return ['BEGIN:VCARD', 'VERSION:3.0', `N:;${name};;;`, `FN:${name}`, phone, 'END:VCARD'].join('\n');
}

const marksOf = ({ forwarded, viewOnce, mentions }: PhoneMessage): Content => ({
  ...(forwarded && { isForwarded: true, forwardingScore: 1 }),
  ...(viewOnce && { isViewOnce: true }),
  ...(mentions && { mentionedJidList: mentions.map((number) => userJid(number.replace('+', ''))) }),
});

function quote({ replyTo }: PhoneMessage, lookup: Lookup): Content {
  const quoted = replyTo === undefined ? undefined : lookup(replyTo);
  if (replyTo === undefined || !quoted) return {};
  return {
    quotedStanzaID: replyTo,
    quotedParticipant: userJid(quoted.sender),
    quotedMsg: { type: quoted.type, body: quoted.body },
  };
}

function target({ target: wireId }: PhoneMessage, lookup: Lookup): Content {
  const found = wireId === undefined ? undefined : lookup(wireId);
  return wireId === undefined ? {} : { target: wireId, ...(found && { targetFrom: userJid(found.sender) }) };
}
