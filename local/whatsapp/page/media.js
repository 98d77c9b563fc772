import { hashOf, pathOf, randomKey, upload } from './media-transfer.js';
import { BUILD } from './build.js';

/** A blob that is passed around without being looked into. */
export class OpaqueData {
  #blob;

  constructor(blob, mimetype) {
    this.#blob = blob;
    this.type = mimetype;
  }

  static async createFromData(blob, mimetype) {
    return new OpaqueData(blob, mimetype);
  }

  get blob() {
    return this.#blob;
  }

  get size() {
    return this.#blob.size;
  }

  url() {
    return ''; // nothing here shows it
  }

  autorelease() {}

  formData() {
    return this.#blob;
  }
}

/** What is known of one file's content; by hash, as the same file may be sent many times. */
class MediaObject {
  contentInfo = {};

  constructor(filehash) {
    this.filehash = filehash;
  }

  consolidate({ type, size, mediaBlob }) {
    Object.assign(this, { type, size });
    this.blob = mediaBlob?.blob ?? this.blob;
  }
}

const MAX_OBJECTS = 50;
const objects = new Map();

export function getOrCreateMediaObject(filehash) {
  const object = objects.get(filehash) ?? new MediaObject(filehash);
  objects.delete(filehash);
  objects.set(filehash, object);
  for (const oldest of objects.keys()) if (objects.size > MAX_OBJECTS) objects.delete(oldest);
  return object;
}

/** The media model a message is made of. */
class MediaData {
  constructor(attributes) {
    if (BUILD === 'media-id') this.__x_id = undefined; // a private attribute that this build lets be seen
    Object.assign(this, attributes);
  }

  set(attributes) {
    Object.assign(this, attributes);
  }

  toJSON() {
    return { ...this };
  }
}

const MEDIA_HOST = 'https://mmg.whatsapp.net'; // only named, never asked
const KINDS = ['image', 'video', 'audio'];

function typeOf(mimetype, { asSticker, isPtt, asDocument }) {
  if (asDocument) return 'document';
  if (asSticker) return 'sticker';
  const kind = KINDS.find((name) => mimetype.startsWith(`${name}/`)) ?? 'document';
  return kind === 'audio' && isPtt ? 'ptt' : kind;
}

export const prepRawMedia = (opaque, params) => ({
  async waitForPrep() {
    const { blob, type: mimetype } = opaque;
    return new MediaData({
      type: typeOf(mimetype, params),
      mimetype,
      size: blob.size,
      filehash: await hashOf(await blob.arrayBuffer()),
      mediaBlob: opaque,
      ...(blob.name && blob.name !== 'undefined' && { filename: blob.name }),
      ...(params.asGif && { isGif: true }),
    });
  },
});

/** The service checks the bytes against the hash. */
export async function uploadMedia({ mediaObject }) {
  const { filehash, blob } = mediaObject;
  await upload(blob, filehash);
  const directPath = pathOf(filehash);
  return {
    mediaEntry: {
      mmsUrl: MEDIA_HOST + directPath,
      deprecatedMms3Url: undefined,
      directPath,
      mediaKey: randomKey(),
      mediaKeyTimestamp: Math.floor(Date.now() / 1000),
      encFilehash: filehash, // nothing is encrypted here
      uploadHash: filehash,
      sidecar: undefined,
      firstFrameSidecar: undefined,
      handle: undefined,
    },
  };
}

export async function encryptAndUpload({ blob, mediaKey }) {
  const filehash = await hashOf(await blob.arrayBuffer());
  await upload(blob, filehash);
  const directPath = pathOf(filehash);
  const url = MEDIA_HOST + directPath;
  return { url, directPath, mediaKey, encFilehash: filehash, mimetype: blob.type };
}
