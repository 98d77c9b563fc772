import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { isGroupJid, shown } from '../numbers.ts';
import type { Journal } from '../storage/journal.ts';
import type { Message } from './message.ts';

export interface LedgerEntry {
  readonly seq: number;
  readonly sender: string;
  readonly recipient: string;
  readonly wireId: string;
  readonly type: string;
  readonly linkId: number | null; // null: written on the phone itself
  readonly linkGeneration: number | null;
  readonly login: number | null; // grows with every login: which connection of the link it came through
  readonly acceptedAt: string;
  readonly error: number | null; // accepted, then refused with this code
}

export interface LedgerQuery {
  readonly sender?: string | undefined;
  readonly after: number;
  readonly limit: number;
}

interface LedgerOrigin {
  readonly link: { readonly id: number; readonly generation: number };
  readonly login: number;
}

/** Every message the service accepted, in order, repeats included. */
export interface LedgerRecords {
  append(message: Message, origin: LedgerOrigin | undefined, error: number | undefined): void;
  list(query: LedgerQuery): LedgerEntry[];
  count(): number;
}

export function ledgerRecords(database: DatabaseSync, journal: Journal): LedgerRecords {
  const append = database.prepare(
    `INSERT INTO ledger (sender, recipient, wire_id, type, link, generation, accepted_at, error, login)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const all = database.prepare('SELECT * FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?');
  const bySender = database.prepare('SELECT * FROM ledger WHERE sender = ? AND seq > ? ORDER BY seq LIMIT ?');
  let count = Number(database.prepare('SELECT COUNT(*) AS n FROM ledger').get()?.['n'] ?? 0);

  return {
    append({ sender, recipient, wireId, type }, origin, error) {
      journal.open();
      const { id, generation } = origin?.link ?? { id: null, generation: null };
      append.run(sender, recipient, wireId, type, id, generation, Date.now(), error ?? null, origin?.login ?? null);
      count += 1;
    },
    list: ({ sender, after, limit }) =>
      (sender === undefined ? all.all(after, limit) : bySender.all(sender, after, limit)).map(entryFrom),
    count: () => count,
  };
}

const nullable = (value: SQLOutputValue | undefined): number | null => (value === null ? null : Number(value));
const shownAddress = (address: string): string => (isGroupJid(address) ? address : shown(address));

const entryFrom = (row: Record<string, SQLOutputValue>): LedgerEntry => ({
  seq: Number(row['seq']),
  sender: shown(String(row['sender'])),
  recipient: shownAddress(String(row['recipient'])),
  wireId: String(row['wire_id']),
  type: String(row['type']),
  linkId: nullable(row['link']),
  linkGeneration: nullable(row['generation']),
  login: nullable(row['login']),
  acceptedAt: new Date(Number(row['accepted_at'])).toISOString(),
  error: nullable(row['error']),
});
