import { BUILD } from './build.js';
import { contentOf } from './content.js';
import { addMsg, Msg, MsgModel } from './msgs.js';
import { saveChat, saveMessage } from './persistence.js';
import { sendAndWait } from './receipts.js';

const MEDIA_ID = '__x_id';

/** The frame a message travels in. */
const frameOf = (msg, content) => ({
  t: 'm',
  id: msg.id.id,
  to: msg.to.toString(),
  type: msg.type,
  body: msg.body ?? '',
  c: content,
});

function modelOf(message) {
  // Later builds keep attributes under private names too, and one that came along overrides the message's own.
  if (BUILD === 'media-id' && MEDIA_ID in message && !message[MEDIA_ID]) {
    throw new Error('Data passed to getter must include an id property');
  }
  const { id, ack, body, from, to, t, type, self, isNewMsg, local } = message;
  const content = contentOf(message);
  const isUnsentMedia = content?.directPath ? true : undefined;
  return new MsgModel({
    id, ack, body, from, to, t, type, self, isNewMsg, local,
    ...(id.participant && { author: id.participant }),
    ...(isUnsentMedia && { isUnsentMedia }),
    ...attributesOf(message, content),
  });
}

/** The message's own values, not their wire form: a quoted participant stays an address. */
const attributesOf = (message, content) =>
  content && Object.fromEntries(Object.keys(content).map((key) => [key, message[key]]));

/** Answers two promises: the message is in its chat, and the service answered for it. */
export function addAndSendMsgToChat(chat, message) {
  const existing = Msg.get(message.id);
  const msg = existing ?? modelOf(message);
  if (!existing) show(chat, msg);
  return [Promise.resolve(msg), sendAndWait(msg, frameOf(msg, contentOf(msg)))];
}

function show(chat, msg) {
  chat.t = msg.t;
  chat.lastReceivedKey = msg.id;
  chat.msgs.add(msg);
  addMsg(msg);
  saveMessage(msg);
  saveChat(chat);
}
