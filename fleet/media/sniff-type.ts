import { open } from 'node:fs/promises';
import { fileTypeFromFile, supportedMimeTypes } from 'file-type';

const HEAD_BYTES = 1_024;
const PAGE = /^(\uFEFF)?\s*(<!--[\s\S]*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype\s+html|html|head|body)[\s>]/i;

/** What the bytes of a file say it is: a media type, or `undefined` where they say nothing (text, for one). */
export async function sniffType(path: string): Promise<string | undefined> {
  const known = await fileTypeFromFile(path).catch(() => undefined); // a file cut short says nothing either
  if (known && known.mime !== 'application/xml') return known.mime;
  return PAGE.test(await headOf(path)) ? 'text/html' : known?.mime;
}

/** Whether a file of this type could be told by its bytes. */
export const canSniff = (mimetype: string): boolean => mimetype === 'text/html' || supportedMimeTypes.has(mimetype);

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
