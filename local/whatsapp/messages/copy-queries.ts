import type { DatabaseSync } from 'node:sqlite';
import { isGroupJid } from '../numbers.ts';
import { type Copy, copyFrom } from './copy.ts';

/** Looks at what people hold. Addresses are bare digits, chats may be a group's jid. */
export interface CopyQueries {
  listReceived(owner: string, sender?: string): Copy[];
  listWaiting(owner: string): Copy[];
  /** What the person has not taken as far as `ack`; of one chat, if given. */
  listBelow(owner: string, ack: number, chat?: string): Copy[];
  /** Both directions of one chat, newest last. */
  listChat(number: string, chat: string, limit: number): Copy[];
  /** The newest of everything somebody sent or received, newest last. */
  listRecent(number: string, limit: number): Copy[];
  find(owner: string, sender: string, wireId: string): Copy | undefined;
  hasTalked(one: string, other: string): boolean;
  /** Arrivals beyond the first of a wire id. */
  countRepeats(): number;
}

const IN_ONE_CHAT = `chat = recipient AND ((recipient = ?1 AND sender = ?2) OR (recipient = ?2 AND sender = ?1))`;
const RECEIVED = 'received_at IS NOT NULL';
const IN_ORDER = 'ORDER BY received_at, sent_at';
const NEWEST = 'ORDER BY sent_at DESC LIMIT ?';

export function copyQueries(database: DatabaseSync): CopyQueries {
  const select = (where: string) => database.prepare(`SELECT * FROM copies WHERE ${where}`);
  const received = select(`recipient = ? AND ${RECEIVED} ${IN_ORDER}`);
  const receivedFrom = select(`recipient = ? AND sender = ? AND ${RECEIVED} ${IN_ORDER}`);
  const waiting = select('recipient = ? AND received_at IS NULL ORDER BY sent_at');
  const one = select('recipient = ? AND sender = ? AND wire_id = ?');
  const talked = database.prepare(`SELECT 1 FROM copies WHERE ${IN_ONE_CHAT} LIMIT 1`);
  const repeats = database.prepare('SELECT SUM(copies - 1) AS n FROM copies');

  return {
    listReceived: (owner, sender) =>
      (sender === undefined ? received.all(owner) : receivedFrom.all(owner, sender)).map(copyFrom),
    listWaiting: (owner) => waiting.all(owner).map(copyFrom),
    ...belowQueries(database),
    ...chatQueries(database),
    find(owner, sender, wireId) {
      const row = one.get(owner, sender, wireId);
      return row && copyFrom(row);
    },
    hasTalked: (number, other) => talked.get(number, other) !== undefined,
    countRepeats: () => Number(repeats.get()?.['n'] ?? 0),
  };
}

function belowQueries(database: DatabaseSync): Pick<CopyQueries, 'listBelow'> {
  const select = (where: string) => database.prepare(`SELECT * FROM copies WHERE ${where} ORDER BY sent_at`);
  const anywhere = select('recipient = ? AND ack < ?');
  const fromPerson = select('recipient = ?1 AND ack < ?2 AND sender = ?3 AND chat = ?1');
  const inGroup = select('recipient = ? AND ack < ? AND chat = ?');
  return {
    listBelow(owner, ack, chat) {
      if (chat === undefined) return anywhere.all(owner, ack).map(copyFrom);
      return (isGroupJid(chat) ? inGroup : fromPerson).all(owner, ack, chat).map(copyFrom);
    },
  };
}

function chatQueries(database: DatabaseSync): Pick<CopyQueries, 'listChat' | 'listRecent'> {
  const pair = database.prepare(`SELECT * FROM copies WHERE ${IN_ONE_CHAT} ORDER BY sent_at DESC LIMIT ?3`);
  const received = database.prepare(`SELECT * FROM copies WHERE recipient = ? ${NEWEST}`);
  const groupReceived = database.prepare(`SELECT * FROM copies WHERE recipient = ? AND chat = ? ${NEWEST}`);
  // One row for each message, not for each member it went to; SQLite takes the others from the row of MIN().
  const asSent = 'SELECT *, MIN(ack) AS ack FROM copies WHERE sender = ?';
  const sent = database.prepare(`${asSent} GROUP BY wire_id, chat ${NEWEST}`);
  const groupSent = database.prepare(`${asSent} AND chat = ? GROUP BY wire_id ${NEWEST}`);
  return {
    listChat(number, chat, limit) {
      const rows = isGroupJid(chat)
        ? [...groupReceived.all(number, chat, limit), ...groupSent.all(number, chat, limit)]
        : pair.all(number, chat, limit);
      return newestLast(rows.map(copyFrom), limit);
    },
    listRecent: (number, limit) =>
      newestLast([...received.all(number, limit), ...sent.all(number, limit)].map(copyFrom), limit),
  };
}

const newestLast = (copies: Copy[], limit: number): Copy[] =>
  copies.sort((one, other) => one.sentAt - other.sentAt).slice(-limit);
