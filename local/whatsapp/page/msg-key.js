import { BUILD } from './build.js';
import { createWid } from './wid.js';

const randomHex = (bytes) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();

/** A message's identity. Where a build keeps the joined text is its own affair. */
class MsgKeyBase {
  constructor({ fromMe, from, to, remote, id, participant, selfDir }) {
    this.fromMe = fromMe ?? selfDir === 'out';
    this.remote = remote ?? (this.fromMe ? to : from);
    this.id = id;
    if (participant) this.participant = participant;
  }

  join() {
    const participant = this.participant ? `_${this.participant}` : '';
    return `${this.fromMe}_${this.remote}_${this.id}${participant}`;
  }

  equals(other) {
    return String(other) === this.toString();
  }

  clone() {
    return new this.constructor(this);
  }

  static async newId() {
    return `3EB0${randomHex(9)}`;
  }

  static fromString(text) {
    const [fromMe, remote, id, participant] = text.split('_');
    return new this({
      fromMe: fromMe === 'true',
      remote: createWid(remote),
      id,
      participant: participant && createWid(participant),
    });
  }
}

class ClassicMsgKey extends MsgKeyBase {
  constructor(parts) {
    super(parts);
    this._serialized = this.join();
  }

  toString() {
    return this._serialized;
  }
}

class MinifiedMsgKey extends MsgKeyBase {
  constructor(parts) {
    super(parts);
    this.$1 = this.join();
  }

  toString() {
    return this.$1;
  }
}

export const MsgKey = BUILD === 'minified-key' ? MinifiedMsgKey : ClassicMsgKey;
