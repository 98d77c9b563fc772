import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { pathInside } from './path-inside.ts';
import { UnusableCopyError } from './session-store.ts';

/* The central directory of a zip (APPNOTE.TXT 4.3.12 and 4.3.16), offsets in bytes. */
const END = { signature: 0x06054b50, size: 22, mostComment: 0xffff, entries: 10, directoryOffset: 16 };
const ENTRY = {
  signature: 0x02014b50, size: 46, flags: 8, method: 10, crc: 16, packed: 20, bytes: 24,
  name: 28, extra: 30, comment: 32, madeBy: 5, attributes: 38, offset: 42,
};
const LOCAL = { signature: 0x04034b50, size: 30, name: 26, extra: 28 };
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const UNIX = 3;
const SYMLINK = 0o12;
/** No database of a profile is this large; a file that claims to be is no profile's. */
const MOST_BYTES = 512 * 1024 * 1024;

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

export interface ZipFile {
  readonly name: string;
  readonly content: Buffer;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
  readonly offset: number;
}

/**
 * The files of a zip, one after another, each compared with its checksum. Throws UnusableCopyError for a zip that is cut
 * short or altered, or holds a link or a name that leads out of its folder: what came before must not be used then.
 *
 * The library's own unzipping compares nothing, passes over such names in silence, and calls itself done before what it
 * writes is on the disk.
 */
export async function* zipFiles(zip: Buffer): AsyncGenerator<ZipFile> {
  for (const entry of orUnusable(() => readDirectory(zip))) {
    const content = await readContent(zip, entry).catch(unusable);
    if (!entry.name.endsWith('/')) yield { name: entry.name, content };
  }
}

/** Throws UnusableCopyError. */
export async function checkZip(zip: Buffer): Promise<void> {
  for await (const _ of zipFiles(zip));
}

export async function unpackZip(zip: Buffer, folder: string): Promise<void> {
  for await (const { name, content } of zipFiles(zip)) {
    const path = pathInside(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

const unusable = (cause: unknown): never => {
  throw new UnusableCopyError('snapshot_corrupt', 'the archive is cut short, altered or leads out of its folder', { cause });
};

function orUnusable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return unusable(error);
  }
}

function readDirectory(zip: Buffer): readonly Entry[] {
  const end = endOf(zip);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + END.directoryOffset);
  for (let left = zip.readUInt16LE(end + END.entries); left > 0; left--) {
    entries.push(readEntry(zip, at));
    at += ENTRY.size + zip.readUInt16LE(at + ENTRY.name) + zip.readUInt16LE(at + ENTRY.extra) + zip.readUInt16LE(at + ENTRY.comment);
  }
  if (at !== end) throw new Error('The directory does not reach its end');
  return entries;
}

function endOf(zip: Buffer): number {
  const first = Math.max(0, zip.length - END.size - END.mostComment);
  for (let at = zip.length - END.size; at >= first; at--) if (zip.readUInt32LE(at) === END.signature) return at;
  throw new Error('There is no directory');
}

function readEntry(zip: Buffer, at: number): Entry {
  if (zip.readUInt32LE(at) !== ENTRY.signature) throw new Error('The directory is damaged');
  const name = zip.toString('utf8', at + ENTRY.size, at + ENTRY.size + zip.readUInt16LE(at + ENTRY.name));
  const isLink = zip.readUInt8(at + ENTRY.madeBy) === UNIX && zip.readUInt16LE(at + ENTRY.attributes + 2) >> 12 === SYMLINK;
  if (isLink || zip.readUInt16LE(at + ENTRY.flags) & ENCRYPTED) throw new Error('The archive holds a link, or is encrypted');
  pathInside('/profile', name);
  return {
    name,
    method: zip.readUInt16LE(at + ENTRY.method),
    crc: zip.readUInt32LE(at + ENTRY.crc),
    packed: zip.readUInt32LE(at + ENTRY.packed),
    bytes: zip.readUInt32LE(at + ENTRY.bytes),
    offset: zip.readUInt32LE(at + ENTRY.offset),
  };
}

async function readContent(zip: Buffer, { name, method, crc, packed, bytes, offset }: Entry): Promise<Buffer> {
  if (zip.readUInt32LE(offset) !== LOCAL.signature || bytes > MOST_BYTES) throw new Error('An entry is damaged');
  const nameLength = zip.readUInt16LE(offset + LOCAL.name);
  const nameAt = offset + LOCAL.size;
  if (zip.toString('utf8', nameAt, nameAt + nameLength) !== name) throw new Error('An entry goes by two names');
  const start = nameAt + nameLength + zip.readUInt16LE(offset + LOCAL.extra);
  const content = await unpacked(zip.subarray(start, start + packed), method);
  if (content.length !== bytes || crc32(content) !== crc) throw new Error('The content of an entry is altered');
  return content;
}

async function unpacked(packed: Buffer, method: number): Promise<Buffer> {
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw new Error(`Compression ${method} is not known`);
  return inflate(packed, { maxOutputLength: MOST_BYTES });
}
