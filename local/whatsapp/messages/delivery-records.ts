import type { DatabaseSync } from 'node:sqlite';
import type { Journal } from '../storage/journal.ts';

/** What a linked device has to get and has not yet confirmed to hold, as the JSON it is sent in. */
export interface DeliveryRecords {
  /** Answers the delivery's number; numbers grow over all devices. */
  add(linkId: number, item: string): number;
  confirm(linkId: number, upTo: number): void;
  listAfter(linkId: number, after: number, limit: number): { seq: number; item: string }[];
  count(linkId: number): number;
}

export function deliveryRecords(database: DatabaseSync, journal: Journal): DeliveryRecords {
  const add = database.prepare('INSERT INTO deliveries VALUES (?, ?, ?)');
  const confirm = database.prepare('DELETE FROM deliveries WHERE link = ? AND seq <= ?');
  const list = database.prepare('SELECT seq, item FROM deliveries WHERE link = ? AND seq > ? ORDER BY seq LIMIT ?');
  const count = database.prepare('SELECT COUNT(*) AS n FROM deliveries WHERE link = ?');
  // Above every number a device may have seen, those already confirmed and deleted included.
  let seq = Date.now() * 1000;

  return {
    add(linkId, item) {
      journal.open();
      seq += 1;
      add.run(linkId, seq, item);
      return seq;
    },
    confirm(linkId, upTo) {
      journal.open();
      confirm.run(linkId, upTo);
    },
    listAfter: (linkId, after, limit) =>
      list.all(linkId, after, limit).map((row) => ({ seq: Number(row['seq']), item: String(row['item']) })),
    count: (linkId) => Number(count.get(linkId)?.['n'] ?? 0),
  };
}
