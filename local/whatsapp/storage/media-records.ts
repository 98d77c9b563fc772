import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Journal } from './journal.ts';

export interface Media {
  readonly sha256: string; // base64
  readonly mimetype: string;
  readonly bytes: Uint8Array;
}

/** Uploaded files by the hash of their bytes. */
export interface MediaRecords {
  insert(mimetype: string, bytes: Uint8Array): Media;
  find(sha256: string): Media | undefined;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

export function mediaRecords(database: DatabaseSync, journal: Journal): MediaRecords {
  const insert = database.prepare('INSERT OR IGNORE INTO media VALUES (?, ?, ?)');
  const find = database.prepare('SELECT mimetype, bytes FROM media WHERE sha256 = ?');
  return {
    insert(mimetype, bytes) {
      journal.open();
      const sha256 = sha256Of(bytes);
      insert.run(sha256, mimetype, bytes);
      return { sha256, mimetype, bytes };
    },
    find(sha256) {
      const row = find.get(sha256);
      const bytes = row?.['bytes'];
      return bytes instanceof Uint8Array ? { sha256, mimetype: String(row?.['mimetype']), bytes } : undefined;
    },
  };
}
