import { appendFile, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { lineOf, linesIn, type SpoolLine } from './spool-lines.ts';

/** One batch in a segment. Its text stays on the disk. */
export interface SpoolEntry {
  readonly sessionId: string;
  readonly sequence: string;
  readonly segment: SpoolSegment;
  readonly line: SpoolLine;
}

/**
 * A file that batches are appended to, and beside it one that says which of them are done. What is done is not fsynced:
 * a line lost there means a batch that is sent once more, which changes nothing.
 */
export class SpoolSegment {
  readonly #path: string;
  readonly #open = new Set<number>(); // numbers of the lines that are not done
  #file: FileHandle | undefined;
  #lines = 0;
  #bytes = 0;

  private constructor(path: string) {
    this.#path = path;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isDone(): boolean {
    return this.#open.size === 0;
  }

  /** A new one, to be appended to. */
  static async create(path: string): Promise<SpoolSegment> {
    const segment = new SpoolSegment(path);
    segment.#file = await open(path, 'ax', 0o600);
    await syncFolder(dirname(path));
    return segment;
  }

  /** One that a process before us left, and what in it is not done. `onDamage` hears of lines that cannot be read. */
  static async load(path: string, onDamage: (path: string) => void): Promise<{ segment: SpoolSegment; entries: SpoolEntry[] }> {
    const segment = new SpoolSegment(path);
    const content = await readFile(path);
    const done = new Set((await readFile(doneFileOf(path), 'utf8').catch(() => '')).split('\n').map(Number));
    const entries: SpoolEntry[] = [];
    for (const { line, text } of linesIn(content, () => onDamage(path))) {
      const parsed = SessionEventBatch.safeParse(JSON.parse(text));
      if (!parsed.success) onDamage(path);
      else if (!done.has(line.number)) entries.push(segment.#enter(parsed.data, line));
    }
    segment.#bytes = content.length;
    return { segment, entries };
  }

  /** Resolves once all of them are on the disk. After a failure none of them is, and this segment takes no more. */
  async append(batches: readonly SessionEventBatch[]): Promise<readonly SpoolEntry[]> {
    const texts = batches.map((batch) => lineOf(JSON.stringify(batch)));
    const before = this.#bytes;
    try {
      await this.#file?.appendFile(texts.join(''));
      await this.#file?.datasync();
    } catch (error) {
      await this.#file?.truncate(before).catch(() => undefined); // half a line is no line, if this fails too
      throw error;
    }
    return batches.map((batch, i) => this.#enter(batch, this.#place(texts[i] ?? '')));
  }

  /** `undefined`: the disk gives back something else than was written, or nothing. */
  async read({ line: { offset, length } }: SpoolEntry): Promise<SessionEventBatch | undefined> {
    const file = await openIfThere(this.#path);
    try {
      const buffer = Buffer.alloc(length);
      await file?.read(buffer, 0, length, offset);
      const [found] = linesIn(buffer, () => undefined);
      return found && SessionEventBatch.parse(JSON.parse(found.text));
    } finally {
      await file?.close();
    }
  }

  async finish({ line: { number } }: SpoolEntry): Promise<void> {
    await appendFile(doneFileOf(this.#path), `${number}\n`, { mode: 0o600 }).catch(() => undefined);
    this.#open.delete(number); // from here on the segment may be removed
  }

  async close(): Promise<void> {
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.#path, { force: true });
    await rm(doneFileOf(this.#path), { force: true });
  }

  #place(text: string): SpoolLine {
    const length = Buffer.byteLength(text);
    const line = { number: ++this.#lines, offset: this.#bytes, length };
    this.#bytes += length;
    return line;
  }

  #enter({ sessionId, sequence }: SessionEventBatch, line: SpoolLine): SpoolEntry {
    this.#open.add(line.number);
    return { sessionId, sequence, segment: this, line };
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const doneFileOf = (path: string): string => `${path}.done`;

/** Without it a new file may be missing after a loss of power. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
