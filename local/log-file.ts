import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const MOST_BYTES = 32 * 1024 * 1024;

/** A log with a bound: when it is full the text so far moves to `<path>.1` and it begins anew. */
export class LogFile {
  readonly path: string;
  #stream: WriteStream;
  #bytes: number;

  constructor(path: string) {
    this.path = path;
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#stream = this.#open();
  }

  write(chunk: string | Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BYTES) this.#rotate();
    this.#stream.write(chunk);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream).catch(() => undefined); // a full disk must not keep the host from ending
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    stream.on('error', () => undefined); // logs are best effort
    return stream;
  }

  #rotate(): void {
    this.#bytes = 0;
    try {
      renameSync(this.path, `${this.path}.1`);
    } catch {
      return; // somebody removed it: go on with the file we hold
    }
    this.#stream.end();
    this.#stream = this.#open();
  }
}
