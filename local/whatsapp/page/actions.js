import { pollVoteTableMode, reactionTableMode } from './addons.js';
import { Msg } from './msgs.js';
import { MsgKey } from './msg-key.js';
import { saveMessage } from './persistence.js';
import { sendAndWait } from './receipts.js';
import { me } from './session.js';
import { createWid } from './wid.js';

/** Reactions, edits, revocations and votes: they act on an earlier message. */
const ACTIONS = new Set(['reaction', 'edit', 'revoke', 'poll_vote']);
export const isAction = (type) => ACTIONS.has(type);

const isMine = (jid) => jid === me.wid.toString();

function targetKey(item) {
  const remote = createWid(item.chat);
  const author = item.c.targetFrom ?? item.from;
  return new MsgKey({
    fromMe: isMine(author),
    remote,
    id: item.c.target,
    participant: remote.isGroup() ? createWid(author) : undefined,
  });
}

/** What somebody else, or we on another device, did to a message. */
export function actOn(item) {
  const parent = targetKey(item);
  const msg = Msg.get(parent);
  if (item.type === 'edit' && msg) edit(msg, item.body, item.ts * 1000);
  if (item.type === 'revoke' && msg) revoke(msg);
  if (item.type === 'reaction') reactionTableMode.bulkUpsert([reactionOf(item, parent)]);
  if (item.type === 'poll_vote' && msg) pollVoteTableMode.bulkUpsert([voteOf(item, parent, msg)]);
}

/** Of media the caption changes. */
export function edit(msg, text, atMs) {
  const changed = msg.directPath ? { caption: text } : { body: text };
  change(msg, { latestEditMsgKey: msg.id, latestEditSenderTimestampMs: atMs, ...changed });
}

export const revoke = (msg) => change(msg, { type: 'revoked', body: '' });

function change(msg, changes) {
  msg.set(changes);
  saveMessage(msg);
}

const keyOf = (item) => new MsgKey({ fromMe: item.me, remote: createWid(item.chat), id: item.id });

const reactionOf = (item, parent) => ({
  id: keyOf(item),
  reactionParentKey: parent,
  reactionText: item.body,
  reactionTimestamp: item.ts * 1000,
  author: createWid(item.from),
  from: createWid(item.from),
  orphan: 0,
  read: false,
  ack: item.me ? 1 : 2,
});

const voteOf = (item, parent, poll) => ({
  id: keyOf(item),
  pollUpdateParentKey: parent,
  parentMsgKey: parent.toString(),
  selectedOptionLocalIds: optionIds(poll, item.c.options ?? []),
  t: item.ts * 1000,
  senderTimestampMs: item.ts * 1000,
  author: createWid(item.from),
  from: createWid(item.from),
  sender: item.from,
});

/** Votes travel by the options' names. */
const optionIds = (poll, names) =>
  poll.pollOptions.filter(({ name }) => names.includes(name)).map(({ localId }) => localId);

/** Sends an action of ours under an id from the key class, as clients may have replaced its generator. */
async function send(msg, type, body, content) {
  const id = await MsgKey.newId();
  const chat = msg.id.remote;
  const key = new MsgKey({ fromMe: true, remote: chat, id });
  const targetFrom = (msg.id.fromMe ? me.wid : (msg.author ?? msg.from)).toString();
  const c = { target: msg.id.id, targetFrom, ...content };
  const frame = { t: 'm', id, to: chat.toString(), type, body, c };
  const result = await sendAndWait({ id: key, t: Math.floor(Date.now() / 1000) }, frame);
  if (result.messageSendResult !== 'OK') throw new Error(`The ${type} was refused`);
  return { chat: chat.toString(), from: me.wid.toString(), me: true, id, type, body, c, ts: result.t };
}

export async function sendReaction(msg, emoji) {
  actOn(await send(msg, 'reaction', emoji));
}

export async function sendEdit(msg, body) {
  actOn(await send(msg, 'edit', body));
}

export async function sendRevoke(msg) {
  actOn(await send(msg, 'revoke', ''));
}

export async function sendVote(msg, localIds) {
  const options = msg.pollOptions.filter(({ localId }) => localIds.includes(localId)).map(({ name }) => name);
  actOn(await send(msg, 'poll_vote', '', { options }));
}
