import type { FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { UnusableCopyError } from './session-store.ts';

/* BLZSNAP and the format's digit (8) · length (4, big endian) · JSON */
const NAME = 'BLZSNAP';
const FORMAT = '1';
const MAGIC = Buffer.from(NAME + FORMAT);
const LENGTH_BYTES = 4;
const MOST_BYTES = 64 * 1024;

export const TAG_BYTES = 16;
export const NONCE_BYTES = 12;

const Header = z.object({
  v: z.literal(1),
  compression: z.literal('zstd'),
  key: z.base64(),
  nonce: z.base64().refine((text) => Buffer.from(text, 'base64').length === NONCE_BYTES),
  createdAt: z.iso.datetime(),
});
type Header = z.infer<typeof Header>;

/** What a version of ours that is not this one may have changed. */
const Format = z.object({ v: z.unknown(), compression: z.unknown() });

export interface EncodedHeader {
  readonly bytes: Buffer;
  /** The part that the cipher vouches for. */
  readonly authenticated: Buffer;
}

export function encodeHeader(wrapped: Uint8Array, nonce: Uint8Array): EncodedHeader {
  const header: Header = {
    v: 1,
    compression: 'zstd',
    key: Buffer.from(wrapped).toString('base64'),
    nonce: Buffer.from(nonce).toString('base64'),
    createdAt: new Date().toISOString(),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  const authenticated = Buffer.concat([length, json]);
  return { bytes: Buffer.concat([MAGIC, authenticated]), authenticated };
}

export interface ReadHeader {
  readonly header: Header;
  readonly raw: Buffer;
  /** Of the encrypted content. */
  readonly start: number;
  readonly end: number;
}

/** Throws UnusableCopyError. */
export async function readHeader(handle: FileHandle): Promise<ReadHeader> {
  const { size } = await handle.stat();
  const fixed = Buffer.alloc(MAGIC.length + LENGTH_BYTES);
  await handle.read(fixed, 0, fixed.length, 0);
  checkMagic(fixed.subarray(0, MAGIC.length));
  const length = fixed.readUInt32BE(MAGIC.length);
  const start = fixed.length + length;
  const end = size - TAG_BYTES;
  if (length > MOST_BYTES || end <= start) throw corrupt('it is cut short');
  const json = Buffer.alloc(length);
  await handle.read(json, 0, length, fixed.length);
  return { header: parseHeader(json), raw: Buffer.concat([fixed.subarray(MAGIC.length), json]), start, end };
}

function checkMagic(magic: Buffer): void {
  if (magic.equals(MAGIC)) return;
  throw magic.toString('latin1').startsWith(NAME) && magic.at(-1) !== 0 ? unknownVersion() : corrupt('it is no snapshot');
}

function parseHeader(json: Buffer): Header {
  let content: unknown;
  try {
    content = JSON.parse(json.toString('utf8'));
  } catch (error) {
    throw corrupt('its header cannot be read', error);
  }
  const format = Format.safeParse(content).data;
  if (typeof format?.v === 'number' && (format.v !== 1 || format.compression !== 'zstd')) throw unknownVersion();
  const header = Header.safeParse(content);
  if (!header.success) throw corrupt('its header cannot be read', header.error);
  return header.data;
}

const corrupt = (message: string, cause?: unknown): UnusableCopyError => new UnusableCopyError('snapshot_corrupt', message, { cause });

const unknownVersion = (): UnusableCopyError =>
  new UnusableCopyError('snapshot_version_unknown', 'it is in a format this version does not know');
