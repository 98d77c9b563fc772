import { randomBytes } from 'node:crypto';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The start of a file, by which its type is told; what follows is random. */
const HEADS: Readonly<Record<string, Buffer>> = {
  'image/png': Buffer.from(PIXEL, 'base64'),
  'image/jpeg': Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  'image/webp': Buffer.from('524946461a000000574542505650384c0d0000002f00000010071011118888fe0700', 'hex'),
  'video/mp4': Buffer.from('00000020667479706d703432000000006d70343269736f6d617663316d703431', 'hex'),
  'audio/mpeg': Buffer.from('49443303000000000000fffb9064', 'hex'),
  'audio/ogg': Buffer.concat([Buffer.from('4f67675300020000000000000000000000000000000000000000011e', 'hex'), Buffer.from('OpusHead')]),
  'application/pdf': Buffer.from('%PDF-1.7\n'),
  'application/zip': Buffer.from('504b030414000000000000000000000000000000000000000000010000006150', 'hex'),
};

/** A file of a type, never twice the same. */
export function aFile(mimetype: string, bytes = 2_000): Buffer {
  const head = HEADS[mimetype];
  if (!head) throw new Error(`No file of ${mimetype} is known here`);
  return Buffer.concat([head, randomBytes(Math.max(16, bytes - head.length))]);
}
