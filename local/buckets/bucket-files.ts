import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '../start-error.ts';

/** A key may end in anything, and a file half-written must not count. */
const SUFFIX = '.object';
const TRAITS = '.traits';

/** What S3 keeps beside the bytes, as far as anybody here asks for it. */
export interface ObjectTraits {
  readonly contentType: string;
  readonly sha256: string; // base64
}

export interface FoundObject extends ObjectTraits {
  readonly bytes: number;
}

const UNKNOWN = 'application/octet-stream';

/** Objects as files, one folder a bucket; the name of a file is its key, encoded so that it is one name and leads nowhere. */
export class BucketFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keys(bucket: string): Promise<readonly string[]> {
    const names = await readdir(join(this.#folder, bucket)).catch(ifMissing([]));
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length))).sort();
  }

  async find(bucket: string, key: string): Promise<FoundObject | undefined> {
    const path = this.#pathOf(bucket, key);
    const found = await stat(path).catch(ifMissing(undefined));
    if (!found) return undefined;
    const traits = await readFile(path + TRAITS, 'utf8').catch(ifMissing('{}'));
    return { contentType: UNKNOWN, sha256: '', ...(JSON.parse(traits) as Partial<ObjectTraits>), bytes: found.size };
  }

  read(bucket: string, key: string): Readable {
    return createReadStream(this.#pathOf(bucket, key));
  }

  /** Takes the stream in as it comes. `false`, with nothing written: its hash is not the one expected. */
  async write(bucket: string, key: string, content: Readable, { contentType, sha256 }: { contentType: string | undefined; sha256: string | undefined }): Promise<boolean> {
    const partial = await this.#partial(bucket);
    try {
      const hash = createHash('sha256');
      await pipeline(content, async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      }, createWriteStream(partial, { mode: 0o600 }));
      const actual = hash.digest('base64');
      if (sha256 !== undefined && sha256 !== actual) return false;
      await this.#put(bucket, key, partial, { contentType: contentType ?? UNKNOWN, sha256: actual });
      return true;
    } finally {
      await rm(partial, { force: true });
    }
  }

  async copy(bucket: string, from: string, to: string, traits: ObjectTraits): Promise<void> {
    const partial = await this.#partial(bucket);
    await copyFile(this.#pathOf(bucket, from), partial);
    await this.#put(bucket, to, partial, traits);
  }

  async remove(bucket: string, key: string): Promise<void> {
    const path = this.#pathOf(bucket, key);
    await Promise.all([rm(path, { force: true }), rm(path + TRAITS, { force: true })]);
  }

  async #put(bucket: string, key: string, partial: string, { contentType, sha256 }: ObjectTraits): Promise<void> {
    const path = this.#pathOf(bucket, key);
    await writeFile(path + TRAITS, JSON.stringify({ contentType, sha256 }), { mode: 0o600 });
    await rename(partial, path);
  }

  async #partial(bucket: string): Promise<string> {
    await mkdir(join(this.#folder, bucket), { recursive: true, mode: 0o700 });
    return join(this.#folder, bucket, `${randomUUID()}.partial`);
  }

  #pathOf(bucket: string, key: string): string {
    return join(this.#folder, bucket, `${encodeURIComponent(key)}${SUFFIX}`);
  }
}

const ifMissing = <T>(instead: T) => (error: unknown): T => {
  if (errorCode(error) === 'ENOENT') return instead;
  throw error;
};
