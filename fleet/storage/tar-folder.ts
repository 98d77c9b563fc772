import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack, type Header, type Pack } from 'tar-stream';
import { pathInside } from './path-inside.ts';

/** Every file under `folder`, as paths relative to it, in a stable order. Links count for nothing. */
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

/** Writes the files of a tar stream under `folder`. Refuses names that lead out of it, and links, whole. */
export function extractTar(folder: string): Writable {
  const archive = extract();
  archive.on('entry', (header, content, next) => {
    writeEntry(folder, header, content as unknown as Readable).then(() => next(), next);
  });
  return archive as unknown as Writable;
}

async function writeEntry(folder: string, { name, type }: Header, content: Readable): Promise<void> {
  if (type !== 'file' && type !== 'directory') throw new Error(`The archive holds a ${type}`);
  const path = pathInside(folder, name);
  if (type === 'directory') return skip(content); // they come into being with their files
  await mkdir(dirname(path), { recursive: true });
  await pipeline(content, createWriteStream(path));
}

async function skip(content: Readable): Promise<void> {
  for await (const _ of content);
}
