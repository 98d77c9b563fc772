import type { MessageContent } from '../../contracts/message.ts';

const MAX_INLINE_BYTES = 256 * 1024;
const MAX_STORED_BYTES = 380_000; // an item of the table has at most 400 KB

/** Whether inline media are larger than what a message may carry within itself, 256 KB as a file. */
export function isTooLargeInline(content: MessageContent): boolean {
  const base64 = 'media' in content ? (content.media.base64 ?? '') : '';
  const text = 'text' in content ? (content.text ?? '') : '';
  const textBytes = new TextEncoder().encode(text).length;
  return decodedBytes(base64) > MAX_INLINE_BYTES || base64.length + textBytes > MAX_STORED_BYTES;
}

const decodedBytes = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

/** What a client reads when it sent too much of it. */
export const INLINE_MEDIA_ADVICE = 'Inline media may have 256 KB. Upload the file (POST /v1/media) and send its `id`, or put it at a public address and send its `url`.';

export const mediaUrlOf = (content: MessageContent): string | undefined => ('media' in content ? content.media.url : undefined);
