import type { DatabaseSync } from 'node:sqlite';
import { isGroupJid } from '../numbers.ts';
import type { Journal } from '../storage/journal.ts';
import type { Copy, Receipt } from './copy.ts';
import { copyQueries, type CopyQueries } from './copy-queries.ts';
import { ACK, type Message } from './message.ts';

export interface Arrival {
  readonly copies: number; // how often the wire id came by now
  readonly ack: number;
  readonly receiptNumber: number;
}

/** One row for each person a wire id is meant for. */
export interface CopyRecords extends CopyQueries {
  /** Stores one more arrival. */
  add(owner: string, message: Message, ack: number): Arrival;
  /** Raises a receipt, never lowers it, and marks the copy as received. Answers the sender's view of it. */
  raise(copy: Copy, ack: number): Receipt | undefined;
  /** What an edit or a revocation leaves of a message. */
  rewrite(owner: string, sender: string, wireId: string, change: { type?: string; body: string }): void;
  receiptsAfter(sender: string, receiptNumber: number, limit: number): Receipt[];
  lastReceiptNumber(): number;
}

export function copyRecords(database: DatabaseSync, journal: Journal): CopyRecords {
  const receipts = receiptRecords(database, journal);
  const rewrite = database.prepare(
    `UPDATE copies SET type = COALESCE(?, type), body = ?, edited = 1
     WHERE recipient = ? AND sender = ? AND wire_id = ?`,
  );
  const add = database.prepare(
    `INSERT INTO copies (recipient, sender, wire_id, chat, type, body, content, sent_at, received_at, ack, receipt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET copies = copies + 1 RETURNING copies, ack, receipt`,
  );

  return {
    ...copyQueries(database),
    ...receipts,
    add(owner, { sender, wireId, recipient, type, body, content, sentAt }, ack) {
      journal.open();
      const json = content ? JSON.stringify(content) : null;
      const receivedAt = ack >= ACK.delivered ? Date.now() : null;
      const number = receipts.nextNumber();
      const row = add.get(owner, sender, wireId, recipient, type, body, json, sentAt, receivedAt, ack, number);
      return { copies: Number(row?.['copies']), ack: Number(row?.['ack']), receiptNumber: Number(row?.['receipt']) };
    },
    rewrite(owner, sender, wireId, { type, body }) {
      journal.open();
      rewrite.run(type ?? null, body, owner, sender, wireId);
    },
  };
}

type ReceiptRecords = Pick<CopyRecords, 'raise' | 'receiptsAfter' | 'lastReceiptNumber'> & { nextNumber(): number };

function receiptRecords(database: DatabaseSync, journal: Journal): ReceiptRecords {
  const raise = database.prepare(
    `UPDATE copies SET ack = MAX(ack, ?), receipt = ?, received_at = COALESCE(received_at, ?)
     WHERE recipient = ? AND sender = ? AND wire_id = ?`,
  );
  const after = database.prepare(
    'SELECT wire_id, chat, ack, receipt FROM copies WHERE sender = ? AND receipt > ? ORDER BY receipt DESC LIMIT ?',
  );
  const groupAck = database.prepare('SELECT MIN(ack) AS ack FROM copies WHERE sender = ? AND wire_id = ? AND chat = ?');
  let lastNumber = Number(database.prepare('SELECT MAX(receipt) AS n FROM copies').get()?.['n'] ?? 0);

  /** In a group the receipt of whoever is furthest behind. */
  const senderAck = (sender: string, wireId: string, chat: string, ack: number): number =>
    isGroupJid(chat) ? Number(groupAck.get(sender, wireId, chat)?.['ack'] ?? ack) : ack;

  return {
    nextNumber: () => ++lastNumber,
    lastReceiptNumber: () => lastNumber,
    raise({ owner, sender, wireId, recipient, ack: oldAck }, ack) {
      if (ack <= oldAck) return undefined;
      journal.open();
      raise.run(ack, ++lastNumber, Date.now(), owner, sender, wireId);
      return { wireId, chat: recipient, ack: senderAck(sender, wireId, recipient, ack), number: lastNumber };
    },
    receiptsAfter: (sender, receiptNumber, limit) =>
      after.all(sender, receiptNumber, limit).reverse().map((row) => {
        const wireId = String(row['wire_id']);
        const chat = String(row['chat']);
        const ack = senderAck(sender, wireId, chat, Number(row['ack']));
        return { wireId, chat, ack, number: Number(row['receipt']) };
      }),
  };
}
