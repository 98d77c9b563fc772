import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { wholeLength } from './leveldb-log.ts';
import { linkFiles } from './link-databases.ts';

const DATABASE_LOG = /leveldb\/\d+\.log$/;

/**
 * Cuts what is torn off the logs of a profile's databases; no browser may run on it. A copy of a living profile, or a
 * browser that was killed, may leave half a record at the end. Chromium opens such a log and writes on behind the half,
 * and at the start after that it finds the log damaged and throws the whole database away, with the link.
 *
 * Returns the bytes that were cut off.
 */
export async function mendDatabases(profileDir: string): Promise<number> {
  const logs = [...(await linkFiles(profileDir)).keys()].filter((name) => DATABASE_LOG.test(name));
  const cuts = await Promise.all(logs.map((name) => mendLog(join(profileDir, name))));
  return cuts.reduce((sum, bytes) => sum + bytes, 0);
}

async function mendLog(path: string): Promise<number> {
  const log = await readFile(path);
  const length = wholeLength(log);
  if (length < log.length) await truncate(path, length);
  return log.length - length;
}
