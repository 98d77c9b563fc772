import { chatFor, chatToRow, restoreChat } from './chats.js';
import { addMsg, fromRow, toRow } from './msgs.js';
import { line, noteReceipts } from './session.js';
import { deleteMessagesBefore, readChats, readRecentMessages, writeRows } from './storage.js';

const FLUSH_AFTER_MS = 300;
const LOADED_AT_START = 3000;
const KEPT_MESSAGES = 20_000;
const PRUNE_EVERY = 5000;

/** Write-behind: what changed is gathered and written together; what the service sent is confirmed after that. */
const dirtyMessages = new Set();
const dirtyChats = new Set();
let seq = 0;
let prunedAt = 0;
let received = 0; // newest delivery taken in
let confirmed = 0;
let receipts = 0;
let timer;

export function saveMessage(msg) {
  dirtyMessages.add(msg);
  flushSoon();
}

export function saveChat(chat) {
  dirtyChats.add(chat);
  flushSoon();
}

export function confirmDelivery(number) {
  received = Math.max(received, number);
  flushSoon();
}

export function confirmReceipts(number) {
  receipts = Math.max(receipts, number);
  flushSoon();
}

function flushSoon() {
  timer ??= setTimeout(flush, FLUSH_AFTER_MS);
}

async function flush() {
  const rows = { messages: [...dirtyMessages].map(numberedRow), chats: [...dirtyChats].map(chatToRow), receipts };
  const upTo = received;
  dirtyMessages.clear();
  dirtyChats.clear();
  try {
    await writeRows(rows);
    noteReceipts(rows.receipts);
    if (upTo > confirmed) line.send({ t: 'got', s: upTo });
    confirmed = upTo;
    await prune();
  } finally {
    timer = undefined;
    if (dirtyMessages.size + dirtyChats.size > 0 || received > confirmed || receipts > rows.receipts) flushSoon();
  }
}

const seqOf = new WeakMap(); // a message keeps its place when it is written again

function numberedRow(msg) {
  if (!seqOf.has(msg)) seqOf.set(msg, ++seq);
  return toRow(msg, seqOf.get(msg));
}

async function prune() {
  if (seq - prunedAt < PRUNE_EVERY) return;
  prunedAt = seq;
  await deleteMessagesBefore(seq - KEPT_MESSAGES);
}

/** Fills the collections from what an earlier page stored. */
export async function restore(storedReceipts) {
  receipts = storedReceipts ?? 0;
  for (const row of await readChats()) restoreChat(row);
  for (const row of await readRecentMessages(LOADED_AT_START)) {
    const msg = fromRow(row);
    seqOf.set(msg, row.seq);
    seq = Math.max(seq, row.seq);
    addMsg(msg);
    chatFor(msg.id.remote).msgs.add(msg);
  }
  prunedAt = seq;
}
