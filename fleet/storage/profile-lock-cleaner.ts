import { lstat, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What Chromium leaves behind when it is killed, and then refuses to start on from another host. */
const LOCKS = ['SingletonLock', 'SingletonCookie', 'SingletonSocket'];

/** `<name> of <host>-<process>`, as far as the lock says whose it is. `undefined`: there is none. */
async function describeLock(path: string, name: string): Promise<string | undefined> {
  const holder = await readlink(path).catch(() => undefined);
  if (name === 'SingletonLock' && holder !== undefined) return `${name} of ${holder}`;
  const exists = await lstat(path).then(() => true, () => false); // a link that leads nowhere exists too
  return exists ? name : undefined;
}

/**
 * Removes Chromium's locks from a profile that is about to be opened, and says which there were: whoever held them died
 * without closing. Only while `isOurs`: assigned to us, under a held lease. Otherwise a live browser of the owner may be
 * behind them, so they stay, and nothing may be opened either.
 */
export async function cleanProfileLocks(profileDir: string, isOurs: () => boolean): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of LOCKS) {
    const path = join(profileDir, name);
    const lock = await describeLock(path, name);
    if (lock === undefined || !isOurs()) continue;
    await rm(path, { force: true });
    found.push(lock);
  }
  return found;
}
