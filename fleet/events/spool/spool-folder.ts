import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';

const BEAT_MS = 2_000;
const ALIVE = 'alive';
const REFUSED = 'refused';

/**
 * The folders under `EVENT_SPOOL_DIR`: one an instance, which it touches while it lives, and one for batches that were
 * refused for good. What an instance left is taken over by moving its folder into one's own, which only one can do.
 */
export class SpoolFolder {
  readonly #root: string;
  readonly #name: string;
  readonly #leftAfterMs: number;
  #beat: NodeJS.Timeout | undefined;
  #segments = 0;

  /** @param leftAfterMs A folder that was not touched for so long is nobody's: longer than any process lives without its lease. */
  constructor(root: string, instanceId: string, leftAfterMs: number) {
    this.#root = root;
    this.#name = instanceId;
    this.#leftAfterMs = leftAfterMs;
  }

  get #own(): string {
    return join(this.#root, this.#name);
  }

  async open(): Promise<void> {
    await mkdir(this.#own, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#own, ALIVE), '', { mode: 0o600 });
    this.#beat = setInterval(() => void this.#touch(new Date()), BEAT_MS).unref();
  }

  newSegmentPath(): string {
    this.#segments += 1;
    return join(this.#own, `${String(this.#segments).padStart(10, '0')}.log`);
  }

  /** Takes over what others left, and gives the paths of its segments. */
  async adopt(nowMs: number): Promise<readonly string[]> {
    const folders = (await readdir(this.#root, { withFileTypes: true })).filter((entry) => entry.isDirectory() && entry.name !== this.#name && entry.name !== REFUSED);
    const adopted = await Promise.all(folders.map(({ name }) => this.#take(name, nowMs)));
    return adopted.flat();
  }

  async keepRefused(batch: SessionEventBatch): Promise<void> {
    const folder = join(this.#root, REFUSED);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = `${batch.sessionId}-${batch.sequence}.json`.replaceAll(/[^\w.-]/g, '_');
    await writeFile(join(folder, name), JSON.stringify(batch), { mode: 0o600 });
  }

  /** Nobody need wait to take over what is left, if anything is. */
  async leave(): Promise<void> {
    clearInterval(this.#beat);
    if ((await segmentsIn(this.#own)).length > 0) await this.#touch(new Date(0));
    else await rm(this.#own, { recursive: true, force: true });
  }

  async #touch(at: Date): Promise<void> {
    await utimes(join(this.#own, ALIVE), at, at).catch(() => undefined);
  }

  /** Those of folders the other had taken over itself are further down. */
  async #take(name: string, nowMs: number): Promise<string[]> {
    const folder = join(this.#root, name);
    const touched = await stat(join(folder, ALIVE)).catch(() => stat(folder)).catch(() => undefined); // made a moment ago, it has no mark yet
    if (!touched || nowMs - touched.mtimeMs < this.#leftAfterMs) return [];
    const taken = join(this.#own, name);
    try {
      await rename(folder, taken);
    } catch {
      return []; // another was quicker
    }
    return segmentsIn(taken);
  }
}

async function segmentsIn(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith('.log')).map((file) => join(folder, file));
}
