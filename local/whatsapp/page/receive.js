import { actOn, edit, isAction, revoke } from './actions.js';
import { chatFor } from './chats.js';
import { learnName } from './contacts.js';
import { attributesFrom } from './content.js';
import { addMsg, Msg, MsgModel } from './msgs.js';
import { MsgKey } from './msg-key.js';
import { confirmDelivery, saveChat, saveMessage } from './persistence.js';
import { raiseAck } from './receipts.js';
import { line, me } from './session.js';
import { createWid } from './wid.js';

/** A message model from what the service sends of it. */
function msgFrom(item, isNewMsg) {
  const chat = createWid(item.chat);
  const from = createWid(item.from);
  const participant = chat.isGroup() ? from : undefined;
  const id = new MsgKey({ fromMe: item.me, remote: chat, id: item.id, participant });
  return new MsgModel({
    id,
    type: item.type,
    body: item.body,
    from: item.me ? me.wid : chat,
    to: item.me ? chat : me.wid,
    ...(participant && { author: participant }),
    t: item.ts,
    ack: item.ack ?? (item.me ? 1 : 2),
    self: item.me ? 'out' : 'in',
    isNewMsg,
    ...(item.name && !item.me && { notifyName: item.name }),
    ...attributesFrom(item.c),
    ...(item.c?.directPath && item.body && { body: '', caption: item.body }), // a caption that was edited
  });
}

/** Puts a message into its chat. One that is there already only learns a newer ack, and what was done to it meanwhile. */
function take(item, isNewMsg) {
  const msg = msgFrom(item, isNewMsg);
  const existing = Msg.get(msg.id);
  if (existing) {
    if (item.me) raiseAck(existing, item.ack ?? 1);
    learnChanges(existing, msg);
    return undefined;
  }
  const chat = chatFor(msg.id.remote);
  learnName(createWid(item.from), item.name);
  chat.msgs.add(msg);
  chat.t = Math.max(chat.t, msg.t);
  chat.lastReceivedKey = msg.id;
  addMsg(msg);
  saveMessage(msg);
  saveChat(chat);
  return msg;
}

/** From a phone's history; it does not say when. */
function learnChanges(existing, msg) {
  if (existing.type === 'revoked') return;
  if (msg.type === 'revoked') revoke(existing);
  else if (msg.body && msg.body !== existing.body) edit(existing, msg.body, Date.now());
  else if (msg.caption && msg.caption !== existing.caption) edit(existing, msg.caption, Date.now());
}

/** What the phone knows of the past: nothing in it is new. */
export function takeHistory(items) {
  for (const item of items) take(item, false);
}

line.handle({
  m({ s, m: items }) {
    const unread = new Map();
    for (const item of items) {
      if (isAction(item.type)) {
        actOn(item);
        continue;
      }
      const msg = take(item, true);
      if (msg && !item.me) unread.set(msg.id.remote, (unread.get(msg.id.remote) ?? 0) + 1);
    }
    for (const [wid, count] of unread) {
      const chat = chatFor(wid);
      chat.set({ unreadCount: chat.unreadCount + count });
    }
    confirmDelivery(s);
  },
  history({ m: items }) {
    takeHistory(items);
  },
  /** Read on the phone or in another linked page. */
  seen({ chat: id }) {
    const chat = chatFor(createWid(id));
    chat.set({ unreadCount: 0 });
    saveChat(chat);
  },
});
