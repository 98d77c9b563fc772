import { sentByWireId } from './msgs.js';
import { confirmReceipts, saveMessage } from './persistence.js';
import { line, whenConnected } from './session.js';

const ERROR = -1;
const SERVER = 1;

/** Own messages the service has not answered for, by wire id, with what they wait to tell. */
const waiting = new Map();

/** Resolves when the service answers for the message. */
export function sendAndWait(msg, frame) {
  return new Promise((resolve) => {
    const earlier = waiting.get(msg.id.id);
    const resolveAll = (result) => {
      earlier?.resolve(result);
      resolve(result);
    };
    waiting.set(msg.id.id, { msg, frame, resolve: resolveAll, isOnThisLine: line.isOpen });
    if (!earlier?.isOnThisLine) line.send(frame);
  });
}

/** A status never moves backwards, except that an accepted message may still fail. */
export function raiseAck(msg, ack) {
  if (ack !== ERROR && ack <= msg.ack) return;
  msg.set({ ack });
  if (ack === SERVER && msg.isUnsentMedia) msg.set({ isUnsentMedia: false });
  saveMessage(msg);
}

function settle(wireId, ack) {
  const entry = waiting.get(wireId);
  if (!entry) return;
  waiting.delete(wireId);
  const messageSendResult = ack === ERROR ? 'ERROR_UNKNOWN' : 'OK';
  entry.resolve({ messageSendResult, t: entry.msg.t, count: null });
}

function apply(wireId, levels) {
  const msg = sentByWireId.get(wireId);
  if (msg) for (const ack of levels) raiseAck(msg, ack);
  settle(wireId, levels.at(-1));
}

line.handle({
  a({ r, i: items }) {
    for (const [wireId, ...levels] of items) apply(wireId, levels);
    confirmReceipts(r);
  },
});

/** After a break: first what the service did accept, then the rest again, under the same wire ids. */
whenConnected(({ accepted, r }) => {
  for (const [wireId, ack] of accepted) apply(wireId, [ack]);
  confirmReceipts(r);
  for (const entry of waiting.values()) {
    entry.isOnThisLine = true;
    line.send(entry.frame);
  }
});
