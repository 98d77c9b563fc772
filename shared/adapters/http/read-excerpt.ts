import type { Readable } from 'node:stream';

const EXCERPT_BYTES = 1_024;
const MAX_ANSWER_BYTES = 65_536;
const BODY_TIMEOUT_MS = 1_000;
/** Control characters but white space, and what stands for bytes that are no UTF-8. */
const NOT_FOR_READING = /(?!\s)\p{Cc}|\ufffd/u;
const TEXT_TYPE = /^(text\/|application\/([\w.+-]*json|[\w.+-]*xml|x-www-form-urlencoded))/i;

/**
 * The first kilobyte of an answer, if it says that it is text and is. The rest is read to its end, so that the
 * connection can be used again, but no more than 64 KB and for no longer than a second: then the connection is closed.
 */
export async function readExcerpt(body: Readable, contentType: string | string[] | undefined): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => body.destroy(), BODY_TIMEOUT_MS);
  try {
    for await (const chunk of body) {
      if (size < EXCERPT_BYTES) chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_ANSWER_BYTES) break; // which destroys the body
    }
  } catch {
    // broken off: what came so far will do
  } finally {
    clearTimeout(timer);
  }
  return TEXT_TYPE.test(String(contentType ?? 'text/plain')) ? textOf(Buffer.concat(chunks)) : null;
}

/** A character cut in two at the end is left out; anything else that is no UTF-8, or not for reading, is no text. */
function textOf(bytes: Buffer): string | null {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, EXCERPT_BYTES), { stream: true });
  return text === '' || NOT_FOR_READING.test(text) ? null : text;
}
