import { MOST_UPLOAD_BYTES } from '../../contracts/media-size.ts';
import type { MessageContent } from '../../contracts/message.ts';

/** A type of message that carries a file. */
export type MediaType = Extract<MessageContent, { media: unknown }>['type'];
export type MediaOf = Extract<MessageContent, { media: unknown }>['media'];

const MIB = 1024 * 1024;

/**
 * Bytes a file may have. `meta`: what the Cloud API documents. `webjs`: what WhatsApp's own clients send as such a message;
 * documents could have 2 GB there, but a page holds the whole of it while it encrypts.
 */
const LIMITS: Readonly<Record<'webjs' | 'meta', Readonly<Record<MediaType, number>>>> = {
  webjs: { image: 16 * MIB, video: 64 * MIB, audio: 16 * MIB, voice: 16 * MIB, document: MOST_UPLOAD_BYTES, sticker: 1 * MIB },
  meta: { image: 5 * MIB, video: 16 * MIB, audio: 16 * MIB, voice: 16 * MIB, document: MOST_UPLOAD_BYTES, sticker: 500 * 1024 },
};

export const mediaLimitOf = (provider: 'webjs' | 'meta', type: MediaType): number => LIMITS[provider][type];

/** Prefixes of the media types a message may carry. Recordings come in containers that are told apart by their tracks only. */
const FITTING: Readonly<Record<MediaType, readonly string[]>> = {
  image: ['image/'],
  video: ['video/'],
  audio: ['audio/', 'application/ogg', 'video/mp4', 'video/webm'],
  voice: ['audio/', 'application/ogg', 'video/mp4', 'video/webm'],
  sticker: ['image/'],
  document: [''],
};

export const isMediaType = (type: string): type is MediaType => Object.hasOwn(FITTING, type);

/** Whether a file of this media type may go as such a message. Anything goes as a document. */
export const fitsType = (type: MediaType, mimetype: string): boolean => FITTING[type].some((prefix) => mimetype.startsWith(prefix));

export const inMegabytes = (bytes: number): string => `${Math.round((bytes / MIB) * 10) / 10} MB`;
