import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../start-error.ts';

/** A key may end in anything, and a file half-written must not count. */
const SUFFIX = '.object';

/** Objects as files, one folder a bucket; the name of a file is its key, encoded so that it is one name and leads nowhere. */
export class BucketFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keys(bucket: string): Promise<readonly string[]> {
    const names = await readdir(join(this.#folder, bucket)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length))).sort();
  }

  get(bucket: string, key: string): Promise<Buffer> {
    return readFile(this.#pathOf(bucket, key));
  }

  /** `undefined`: the object is gone. */
  async set(bucket: string, key: string, content: Buffer | undefined): Promise<void> {
    const path = this.#pathOf(bucket, key);
    if (content === undefined) return rm(path, { force: true });
    await mkdir(join(this.#folder, bucket), { recursive: true, mode: 0o700 });
    const partial = `${path}.partial`;
    await writeFile(partial, content, { mode: 0o600 });
    await rename(partial, path);
  }

  #pathOf(bucket: string, key: string): string {
    return join(this.#folder, bucket, `${encodeURIComponent(key)}${SUFFIX}`);
  }
}
