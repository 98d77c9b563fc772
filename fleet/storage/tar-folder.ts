import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack, type Pack } from 'tar-stream';

/** Every file under `folder`, as paths relative to it, in a stable order. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The files of a folder as a tar stream. The folder must not change meanwhile. */
export function packFolder(folder: string): Readable {
  const archive = pack();
  addFiles(archive, folder).then(() => archive.finalize(), (error: unknown) => archive.destroy(error as Error));
  return archive as unknown as Readable; // streamx: Node's pipeline takes it, only its types differ
}

async function addFiles(archive: Pack, folder: string): Promise<void> {
  for (const name of await listFiles(folder)) {
    const path = join(folder, name);
    const { size } = await stat(path);
    await pipeline(createReadStream(path), archive.entry({ name, size }));
  }
}

/** Writes the files of a tar stream under `folder`. Refuses names that lead out of it. */
export function extractTar(folder: string): Writable {
  const root = resolve(folder);
  const archive = extract();
  archive.on('entry', (header, content, next) => {
    const path = resolve(root, header.name);
    const isInside = path === root || path.startsWith(root + sep);
    const done = !isInside
      ? Promise.reject(new Error(`The archive names ${header.name}, which leads out of its folder`))
      : header.type === 'file'
        ? writeFile(path, content as unknown as Readable)
        : skip(content as unknown as Readable);
    done.then(() => next(), next);
  });
  return archive as unknown as Writable;
}

async function writeFile(path: string, content: Readable): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(content, createWriteStream(path));
}

async function skip(content: Readable): Promise<void> {
  for await (const _ of content); // directories come into being with their files
}
