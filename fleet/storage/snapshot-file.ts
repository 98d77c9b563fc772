import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { PassThrough, Transform, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import * as z from 'zod';
import type { DataKeys, KeyContext } from '../../shared/domain/encryption/data-keys.ts';

/*
 * magic (8) · header length (4, big endian) · header (JSON, authenticated) · AES-256-GCM(zstd(tar)) · tag (16).
 * A fresh data key a file, so the nonce can never repeat under one.
 */
const MAGIC = Buffer.from('BLZSNAP1');
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const LENGTH_BYTES = 4;
const MOST_HEADER_BYTES = 64 * 1024;
const CIPHER = 'aes-256-gcm';

const Header = z.object({ v: z.literal(1), compression: z.literal('zstd'), key: z.base64(), nonce: z.base64(), createdAt: z.iso.datetime() });

export class SnapshotCorruptError extends Error {
  override readonly name = 'SnapshotCorruptError';
}

/** Compresses and encrypts `content` into a new file, and returns once it is on the disk. */
export async function writeSnapshot(path: string, content: Readable, keys: DataKeys, context: KeyContext): Promise<void> {
  const { plain, wrapped } = await keys.generate(context);
  const nonce = randomBytes(NONCE_BYTES);
  const header = encodeHeader(wrapped, nonce);
  const cipher = createCipheriv(CIPHER, plain, nonce).setAAD(header);
  const handle = await open(path, 'wx');
  try {
    await handle.write(Buffer.concat([MAGIC, header]));
    const encrypted = new PassThrough();
    const writing = appendAll(handle, encrypted);
    await Promise.all([pipeline(content, createZstdCompress(), cipher, encrypted), writing]);
    await handle.write(cipher.getAuthTag());
    await handle.sync();
  } finally {
    await handle.close();
    plain.fill(0);
  }
}

/**
 * Decrypts a snapshot into `target`. Throws SnapshotCorruptError when it is cut short or altered; then what `target`
 * has received must not be used.
 */
export async function readSnapshot(path: string, target: Writable, keys: DataKeys, context: KeyContext): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { header, raw, start, end } = await readHeader(handle);
    const plain = await keys.unwrap(Buffer.from(header.key, 'base64'), context);
    const tag = Buffer.alloc(TAG_BYTES);
    await handle.read(tag, 0, TAG_BYTES, end);
    const decipher = createDecipheriv(CIPHER, plain, Buffer.from(header.nonce, 'base64')).setAAD(raw).setAuthTag(tag);
    const encrypted = handle.createReadStream({ start, end: end - 1, autoClose: false });
    await pipeline(encrypted, decipher, createZstdDecompress(), target).catch((error: unknown) => {
      throw new SnapshotCorruptError(`${path} is damaged`, { cause: error });
    });
  } finally {
    await handle.close();
  }
}

/** For reading back what was written, only to see that it can be read. */
export const nowhere = (): Writable => new Transform({ transform: (_chunk, _encoding, done) => done() }).resume();

function encodeHeader(wrapped: Uint8Array, nonce: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify({
    v: 1,
    compression: 'zstd',
    key: Buffer.from(wrapped).toString('base64'),
    nonce: Buffer.from(nonce).toString('base64'),
    createdAt: new Date().toISOString(),
  }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

async function readHeader(handle: FileHandle) {
  const { size } = await handle.stat();
  const fixed = Buffer.alloc(MAGIC.length + LENGTH_BYTES);
  await handle.read(fixed, 0, fixed.length, 0);
  const length = fixed.readUInt32BE(MAGIC.length);
  const start = fixed.length + length;
  const end = size - TAG_BYTES;
  if (!fixed.subarray(0, MAGIC.length).equals(MAGIC) || length > MOST_HEADER_BYTES || end <= start) {
    throw new SnapshotCorruptError('Not a snapshot, or cut short');
  }
  const json = Buffer.alloc(length);
  await handle.read(json, 0, length, fixed.length);
  const raw = Buffer.concat([fixed.subarray(MAGIC.length), json]);
  return { header: parseHeader(json), raw, start, end };
}

function parseHeader(json: Buffer): z.infer<typeof Header> {
  try {
    return Header.parse(JSON.parse(json.toString('utf8')));
  } catch (error) {
    throw new SnapshotCorruptError('The header cannot be read', { cause: error });
  }
}

async function appendAll(handle: FileHandle, content: Readable): Promise<void> {
  for await (const chunk of content) await handle.write(chunk as Buffer);
}
