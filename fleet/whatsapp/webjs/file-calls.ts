import type { FileOutcome } from '../whatsapp-client.ts';
import { jidOfPeer } from './jid.ts';
import type { Asked } from './page-calls.ts';
import type { PageFileError, PageWindow } from './page/whatsapp-page.ts';

declare const window: PageWindow;

/** WhatsApp's servers and the sender's phone get so long; larger files take longer. */
const OPEN_TIMEOUT_MS = 140_000;
/** As base64 a third more; each is a message over the browser's pipe. */
const SLICE_BYTES = 512 * 1024;

/** Puppeteer's handle of an input; its own type needs the types of a browser. */
interface Uploading {
  uploadFile(path: string): Promise<void>;
}

/** Has the browser take a file from the disk; its bytes do not pass through us. */
export async function putFile({ page, timeouts }: Asked, key: string, path: string): Promise<void> {
  const input = await timeouts.within(timeouts.answerMs, 'file_input', page.evaluateHandle(() => window.blazzCorner.fileInput()));
  try {
    await timeouts.within(timeouts.answerMs, 'put_file', (input as unknown as Uploading).uploadFile(path));
    await timeouts.within(timeouts.answerMs, 'take_file', page.evaluate((element, name) => window.blazzCorner.takeFile(element, name), input, key));
  } finally {
    void input.dispose().catch(() => undefined);
  }
}

export const dropFile = ({ page, timeouts }: Asked, key: string): Promise<void> =>
  timeouts.within(timeouts.answerMs, 'drop_file', page.evaluate((name) => window.blazzCorner.dropFile(name), key));

const FAILURES: Readonly<Record<PageFileError, Extract<FileOutcome, { outcome: 'failed' }>['code']>> = {
  gone: 'media_expired',
  corrupt: 'media_corrupt',
  failed: 'media_unavailable',
};

/** Gets the file of a message that came in, slice by slice. Rejects when the page is gone or does not answer, or `onSlice` does. */
export async function downloadFile({ page, timeouts }: Asked, { wireId, peer }: { readonly wireId: string; readonly peer: string }, onSlice: (slice: Buffer) => Promise<void>): Promise<FileOutcome> {
  const opened = await timeouts.within(OPEN_TIMEOUT_MS, 'open_file', page.evaluate((jid, id) => window.blazzCorner.openFile(jid, id), jidOfPeer(peer), wireId));
  if ('error' in opened) return { outcome: 'failed', code: FAILURES[opened.error], detail: opened.detail };
  try {
    for (let from = 0; from < opened.bytes; from += SLICE_BYTES) {
      const slice = page.evaluate((id, start, end) => window.blazzCorner.readFile(id, start, end), wireId, from, from + SLICE_BYTES);
      await onSlice(Buffer.from(await timeouts.within(timeouts.answerMs, 'read_file', slice), 'base64'));
    }
    return { outcome: 'downloaded', bytes: opened.bytes };
  } finally {
    void page.evaluate((id) => window.blazzCorner.closeFile(id), wireId).catch(() => undefined);
  }
}
