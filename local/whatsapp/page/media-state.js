import { download } from './media-transfer.js';

/** Media state by message. It stays off the message itself, so that serializing one does not drag it along. */
const states = new WeakMap();

class MediaData {
  constructor(msg) {
    this.type = msg.type;
    this.mimetype = msg.mimetype;
    this.size = msg.size;
    this.mediaStage = 'NEED_POKE';
    Object.defineProperty(this, 'msg', { value: msg }); // not for serializing
  }

  async download() {
    this.mediaStage = 'FETCHING';
    try {
      await download(this.msg);
      this.mediaStage = 'RESOLVED';
    } catch {
      this.mediaStage = 'ERROR_MISSING';
    }
  }

  toJSON() {
    return { ...this };
  }
}

export function mediaDataOf(msg) {
  if (!msg.directPath) return undefined;
  if (!states.has(msg)) states.set(msg, new MediaData(msg));
  return states.get(msg);
}

export const mediaObjectOf = (msg) => (msg.directPath ? { filehash: msg.filehash, type: msg.type } : undefined);
