import { execFile } from 'node:child_process';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../../local/client/until.ts';

const run = promisify(execFile);
const SIZE = '256m';
const BALLAST = '.ballast';
const ASIDE = '.aside-';
const CHUNK = Buffer.alloc(1024 * 1024);

/**
 * The folder snapshots go to, as a file system of its own where we may mount one: it can then be full, or read-only.
 * Where we may not, both are made of the one thing that always works: folders out of reach.
 */
export class SnapshotStore {
  readonly #folder: string;
  readonly #isMounted: boolean;

  private constructor(folder: string, isMounted: boolean) {
    this.#folder = folder;
    this.#isMounted = isMounted;
  }

  static async open(folder: string): Promise<SnapshotStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const mounted = run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0700`, 'blazz-chaos', folder]);
    return new SnapshotStore(folder, await mounted.then(() => true, () => false));
  }

  /** Takes all the room there is. Returns how to give it back; so do the others. */
  async fill(): Promise<() => Promise<void>> {
    if (!this.#isMounted) return this.putOutOfReach();
    const ballast = join(this.#folder, BALLAST);
    const file = await open(ballast, 'w');
    try {
      for (;;) await file.appendFile(CHUNK);
    } catch {
      await file.close(); // ENOSPC: there is no room left
    }
    return () => rm(ballast, { force: true });
  }

  async forbidWriting(): Promise<() => Promise<void>> {
    if (!this.#isMounted) return this.putOutOfReach();
    await this.#remount('ro');
    return () => this.#remount('rw');
  }

  /** Where folders were there are files: what is in them cannot be read, listed or written. */
  async putOutOfReach(): Promise<() => Promise<void>> {
    const names = (await readdir(this.#folder)).filter((name) => !name.startsWith('.'));
    for (const name of names) {
      await rename(this.#path(name), this.#path(ASIDE + name));
      await writeFile(this.#path(name), '');
    }
    return async () => {
      for (const name of names) {
        await rm(this.#path(name), { recursive: true, force: true });
        await rename(this.#path(ASIDE + name), this.#path(name));
      }
    };
  }

  /** Gives the mount back, and with it what lay there. */
  async close(): Promise<void> {
    if (this.#isMounted) await run('umount', ['--lazy', this.#folder]);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  /** A snapshot that is being written keeps the file system from becoming read-only for a moment. */
  async #remount(mode: 'ro' | 'rw'): Promise<void> {
    const attempt = () => run('mount', ['-o', `remount,${mode}`, this.#folder]).then(() => true, () => false);
    await until(attempt, { what: `the snapshot store to be ${mode}`, timeoutMs: 10_000 });
  }
}
