import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { SpoolFolder } from './spool-folder.ts';
import { SpoolSegment, type SpoolEntry } from './spool-segment.ts';

const SEGMENT_BYTES = 4 * 1024 * 1024;

interface Waiting {
  readonly batch: SessionEventBatch;
  readonly resolve: (entry: SpoolEntry) => void;
  readonly reject: (error: unknown) => void;
}

/** Puts batches into segments, those that come at the same time with one fsync, and removes segments that are done. */
export class SpoolWriter {
  readonly #folder: SpoolFolder;
  readonly #maxBytes: number;
  readonly #segments = new Set<SpoolSegment>(); // all that are on the disk
  #current: SpoolSegment | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(folder: SpoolFolder, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.bytes;
    return bytes;
  }

  /** Resolves once it is on the disk; rejects if it is not and will not be. */
  write(batch: SessionEventBatch): Promise<SpoolEntry> {
    const { promise, resolve, reject } = Promise.withResolvers<SpoolEntry>();
    this.#waiting.push({ batch, resolve, reject });
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return promise;
  }

  adopt(segment: SpoolSegment): void {
    this.#segments.add(segment);
  }

  /** Removes what is done; the segment in use once it is full. */
  async sweep(): Promise<void> {
    const done = [...this.#segments].filter((segment) => segment.isDone && segment !== this.#current);
    for (const segment of done) {
      this.#segments.delete(segment);
      await segment.remove().catch(() => undefined); // it says itself that it is done
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#current?.close();
    this.#current = undefined;
    await this.sweep();
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve(); // those of the same moment go together
    while (this.#waiting.length > 0) {
      const together = this.#waiting.splice(0);
      try {
        const entries = await (await this.#segment()).append(together.map(({ batch }) => batch));
        together.forEach(({ resolve }, i) => resolve(entries[i] as SpoolEntry));
      } catch (error) {
        await this.#endCurrent();
        for (const { reject } of together) reject(error);
      }
    }
  }

  async #segment(): Promise<SpoolSegment> {
    if (this.bytes >= this.#maxBytes) throw new Error('The event spool is full');
    if ((this.#current?.bytes ?? 0) >= SEGMENT_BYTES) await this.#endCurrent();
    this.#current ??= await SpoolSegment.create(this.#folder.newSegmentPath());
    this.#segments.add(this.#current);
    return this.#current;
  }

  async #endCurrent(): Promise<void> {
    const ended = this.#current;
    this.#current = undefined;
    await ended?.close();
    await this.sweep();
  }
}
