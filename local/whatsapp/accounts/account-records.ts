import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import * as z from 'zod';
import type { Journal } from '../storage/journal.ts';
import { type Account, type Group, LASTING_FAULTS, type Link } from './account.ts';

type Row = Record<string, SQLOutputValue>;
const Faults = z.array(z.enum(LASTING_FAULTS));
const Members = z.array(z.string());
const optional = <T>(value: SQLOutputValue | undefined, read: (value: SQLOutputValue) => T): T | undefined =>
  value === null || value === undefined ? undefined : read(value);

/** Accounts, links and groups in the database. They are read once; the working copy is in memory. */
export interface AccountRecords {
  load(): { accounts: Account[]; groups: Group[] };
  saveAccount(account: Account): void;
  insertLink(link: Omit<Link, 'id'>): Link;
  updateLink(link: Link): void;
  deleteLink(link: Link): void;
  insertGroup(group: Group): void;
}

export function accountRecords(database: DatabaseSync, journal: Journal): AccountRecords {
  const saveAccount = database.prepare('INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const insertLink = database.prepare(
    'INSERT INTO links (number, secret, generation, build, linked_at) VALUES (?, ?, ?, ?, ?)',
  );
  const updateLink = database.prepare('UPDATE links SET build = ?, modal_deadline = ? WHERE id = ?');
  const deleteLink = database.prepare('DELETE FROM links WHERE id = ?');
  const deleteDeliveries = database.prepare('DELETE FROM deliveries WHERE link = ?');
  const insertGroup = database.prepare('INSERT INTO groups VALUES (?, ?, ?, ?, ?)');

  return {
    load: () => ({ accounts: loadAccounts(database), groups: loadGroups(database) }),
    saveAccount(account) {
      journal.open();
      saveAccount.run(...accountColumns(account));
    },
    insertLink(link) {
      journal.open();
      const { number, secret, generation, build, linkedAt } = link;
      const { lastInsertRowid } = insertLink.run(number, secret, generation, build, linkedAt);
      return { ...link, id: Number(lastInsertRowid) };
    },
    updateLink({ build, modalDeadline, id }) {
      journal.open();
      updateLink.run(build, modalDeadline ?? null, id);
    },
    deleteLink({ id }) {
      journal.open();
      deleteLink.run(id);
      deleteDeliveries.run(id);
    },
    insertGroup({ id, subject, admin, members, createdAt }) {
      journal.open();
      insertGroup.run(id, subject, admin, JSON.stringify(members), createdAt);
    },
  };
}

const accountColumns = (account: Account) => [
  account.number,
  account.name,
  Number(account.online),
  account.autoRead === undefined ? null : Number(account.autoRead),
  account.autoReply ?? null,
  Number(account.banned),
  account.generation,
  JSON.stringify([...account.faults]),
];

function loadAccounts(database: DatabaseSync): Account[] {
  const accounts = new Map<string, Account>();
  for (const row of database.prepare('SELECT * FROM accounts').iterate()) {
    const account = accountFrom(row);
    accounts.set(account.number, account);
  }
  for (const row of database.prepare('SELECT * FROM links').iterate()) {
    const link = linkFrom(row);
    accounts.get(link.number)?.links.set(link.id, link);
  }
  return [...accounts.values()];
}

const accountFrom = (row: Row): Account => ({
  number: String(row['number']),
  name: String(row['name']),
  online: row['online'] === 1,
  autoRead: optional(row['auto_read'], Boolean),
  autoReply: optional(row['auto_reply'], String),
  banned: row['banned'] === 1,
  generation: Number(row['generation']),
  faults: new Set(Faults.parse(JSON.parse(String(row['faults'])))),
  links: new Map(),
});

const linkFrom = (row: Row): Link => ({
  id: Number(row['id']),
  number: String(row['number']),
  secret: String(row['secret']),
  generation: Number(row['generation']),
  build: String(row['build']),
  linkedAt: Number(row['linked_at']),
  modalDeadline: optional(row['modal_deadline'], Number),
});

const loadGroups = (database: DatabaseSync): Group[] =>
  database.prepare('SELECT * FROM groups ORDER BY created_at').all().map((row) => ({
    id: String(row['id']),
    subject: String(row['subject']),
    admin: String(row['admin']),
    members: Members.parse(JSON.parse(String(row['members']))),
    createdAt: Number(row['created_at']),
  }));
