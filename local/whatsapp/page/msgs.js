import { Collection } from './collection.js';
import { attributesFrom, contentOf } from './content.js';
import { mediaDataOf, mediaObjectOf } from './media-state.js';
import { Model } from './model.js';
import { MsgKey } from './msg-key.js';
import { readMessage } from './storage.js';
import { createWid } from './wid.js';

/** A message, sent or received. */
export class MsgModel extends Model {
  get mediaData() {
    return mediaDataOf(this);
  }

  get mediaObject() {
    return mediaObjectOf(this);
  }

  downloadMedia() {
    return this.mediaData?.download();
  }

  /** What a reply to this message carries of it. */
  msgContextInfo() {
    const quotedMsg = { type: this.type, body: this.body, ...(this.caption && { caption: this.caption }) };
    return { quotedMsg, quotedStanzaID: this.id.id, quotedParticipant: this.author ?? this.from };
  }
}

class MsgCollection extends Collection {
  modelClass = MsgModel;

  /** Also those that are only stored. */
  async getMessagesById(ids) {
    const found = await Promise.all(ids.map(async (id) => this.get(id) ?? fromRow(await readMessage(id.toString()))));
    return { messages: found.filter(Boolean) };
  }

  async search(query, page = 1, count = 50, remote = undefined) {
    const text = query.toLowerCase();
    const found = this.filter(
      (msg) => msg.body?.toLowerCase().includes(text) && (!remote || msg.id.remote.equals(remote)),
    );
    return { messages: found.slice((page - 1) * count, page * count) };
  }
}

export const Msg = new MsgCollection();

/** Own messages by wire id: receipts name nothing else. */
export const sentByWireId = new Map();

const MAX_IN_MEMORY = 10_000;
const SHRINK_TO = 9000;

export function addMsg(msg) {
  if (msg.id.fromMe) sentByWireId.set(msg.id.id, msg);
  Msg.add(msg);
  if (Msg.length > MAX_IN_MEMORY) Msg.shrink(SHRINK_TO, forget);
}

function forget(msg) {
  sentByWireId.delete(msg.id.id);
}

export const toRow = (msg, seq) => ({
  key: msg.id.toString(),
  seq,
  type: msg.type,
  body: msg.body,
  from: String(msg.from),
  to: String(msg.to),
  author: msg.author && String(msg.author),
  t: msg.t,
  ack: msg.ack,
  content: contentOf(msg),
});

export function fromRow(row) {
  if (!row) return undefined;
  const id = MsgKey.fromString(row.key);
  return new MsgModel({
    id,
    type: row.type,
    body: row.body,
    from: createWid(row.from),
    to: createWid(row.to),
    ...(row.author && { author: createWid(row.author) }),
    t: row.t,
    ack: row.ack,
    self: id.fromMe ? 'out' : 'in',
    ...attributesFrom(row.content),
  });
}
