import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { type DataKeys, type KeyContext, WrongKeyError } from '../../shared/domain/encryption/data-keys.ts';
import { UnusableCopyError } from './session-store.ts';
import { encodeHeader, NONCE_BYTES, readHeader, TAG_BYTES } from './snapshot-header.ts';

/*
 * header (snapshot-header.ts, authenticated) · AES-256-GCM(zstd(tar)) · tag (16).
 * A fresh data key a file, so the nonce can never repeat under one.
 */
const CIPHER = 'aes-256-gcm';

/** Compresses and encrypts `content` into a new file, and returns once it is on the disk. */
export async function writeSnapshot(path: string, content: Readable, keys: DataKeys, context: KeyContext): Promise<void> {
  const { plain, wrapped } = await keys.generate(context);
  const nonce = randomBytes(NONCE_BYTES);
  const header = encodeHeader(wrapped, nonce);
  const cipher = createCipheriv(CIPHER, plain, nonce).setAAD(header.authenticated);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.appendFile(header.bytes);
    await pipeline(content, createZstdCompress(), cipher, (encrypted) => appendAll(handle, encrypted));
    await handle.appendFile(cipher.getAuthTag());
    await handle.sync();
  } finally {
    await handle.close();
    plain.fill(0);
  }
}

/**
 * Decrypts a snapshot into `target`. Throws UnusableCopyError when it is cut short, altered, of a format or under a key
 * we do not know; then what `target` has received must not be used.
 */
export async function readSnapshot(path: string, target: Writable, keys: DataKeys, context: KeyContext): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { header, raw, start, end } = await readHeader(handle);
    const plain = await unwrap(keys, Buffer.from(header.key, 'base64'), context);
    const tag = Buffer.alloc(TAG_BYTES);
    await handle.read(tag, 0, TAG_BYTES, end);
    const decipher = createDecipheriv(CIPHER, plain, Buffer.from(header.nonce, 'base64')).setAAD(raw).setAuthTag(tag);
    plain.fill(0);
    const encrypted = handle.createReadStream({ start, end: end - 1, autoClose: false });
    await pipeline(encrypted, decipher, createZstdDecompress(), target).catch((error: unknown) => {
      throw isSystemError(error) ? error : new UnusableCopyError('snapshot_corrupt', 'its content is cut short or altered', { cause: error });
    });
  } finally {
    await handle.close();
  }
}

/** For reading back what was written, only to see that it can be read. */
export const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** The disk or the mount, not what lies on it. */
const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

const unwrap = (keys: DataKeys, wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array> =>
  keys.unwrap(wrapped, context).catch((error: unknown) => {
    if (!(error instanceof WrongKeyError)) throw error;
    throw new UnusableCopyError('snapshot_wrong_key', 'its data key is wrapped by another key, or altered', { cause: error });
  });

/** `appendFile` goes on after a write that took only a part. */
async function appendAll(handle: FileHandle, content: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of content) await handle.appendFile(chunk);
}
