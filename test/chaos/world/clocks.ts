import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Sets the wall clock of single fleet processes. */
export class Clocks {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What has Node load our clock into a process. */
  get nodeOptions(): string {
    const url = pathToFileURL(join(import.meta.dirname, 'skewed-clock.ts'));
    url.searchParams.set('dir', this.#folder);
    return `--import=${url.href}`;
  }

  async set(pid: number, offsetMs: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, String(pid)), String(offsetMs));
  }

  async right(pid: number): Promise<void> {
    await rm(join(this.#folder, String(pid)), { force: true });
  }
}
