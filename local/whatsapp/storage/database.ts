import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
  number TEXT PRIMARY KEY, name TEXT NOT NULL, online INTEGER NOT NULL DEFAULT 1, auto_read INTEGER,
  auto_reply TEXT, banned INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 0,
  faults TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
  id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL, secret TEXT NOT NULL, generation INTEGER NOT NULL,
  build TEXT NOT NULL, linked_at INTEGER NOT NULL, modal_deadline INTEGER
);
CREATE TABLE IF NOT EXISTS groups (
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, admin TEXT NOT NULL, members TEXT NOT NULL, created_at INTEGER NOT NULL
) WITHOUT ROWID;
-- Every accept, repeats included: what the service answers for.
CREATE TABLE IF NOT EXISTS ledger (
  seq INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipient TEXT NOT NULL, wire_id TEXT NOT NULL, type TEXT NOT NULL,
  link INTEGER, generation INTEGER, accepted_at INTEGER NOT NULL, error INTEGER, login INTEGER
);
CREATE INDEX IF NOT EXISTS ledger_by_sender ON ledger (sender);
-- One row for each person a wire id is meant for. The receipt number orders changes of its ack for the sender.
CREATE TABLE IF NOT EXISTS copies (
  recipient TEXT NOT NULL, sender TEXT NOT NULL, wire_id TEXT NOT NULL, chat TEXT NOT NULL, type TEXT NOT NULL,
  body TEXT NOT NULL, content TEXT, sent_at INTEGER NOT NULL, received_at INTEGER, copies INTEGER NOT NULL DEFAULT 1,
  ack INTEGER NOT NULL, receipt INTEGER NOT NULL, edited INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (recipient, sender, wire_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS copies_by_receipt ON copies (sender, receipt);
-- What a linked device has not confirmed to hold.
CREATE TABLE IF NOT EXISTS deliveries (
  link INTEGER NOT NULL, seq INTEGER NOT NULL, item TEXT NOT NULL, PRIMARY KEY (link, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS media (sha256 TEXT PRIMARY KEY, mimetype TEXT NOT NULL, bytes BLOB NOT NULL) WITHOUT ROWID;
`;

/**
 * Opens the service's database. `undefined` as folder keeps everything in memory.
 *
 * WAL without an fsync per commit survives kill -9 of the process, which is what is promised; not a power cut.
 */
export function openDatabase(dataDir: string | undefined): DatabaseSync {
  if (dataDir) mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(dataDir ? path.join(dataDir, 'whatsapp.db') : ':memory:');
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;');
  database.exec(SCHEMA);
  addLogins(database);
  return database;
}

/** Databases made before the ledger kept logins. */
function addLogins(database: DatabaseSync): void {
  const columns = database.prepare('PRAGMA table_info(ledger)').all().map((row) => row['name']);
  if (!columns.includes('login')) database.exec('ALTER TABLE ledger ADD COLUMN login INTEGER');
}
