import type { FetchMedia, MediaContent, MediaFile, MediaOutcome } from '../media-source.ts';
import type { Deadline, OutgoingMessage, SendOutcome } from '../whatsapp-client.ts';
import { errorText } from './error-text.ts';
import { dropFile, putFile } from './file-calls.ts';
import { toPage } from './outgoing-content.ts';
import { sendBatch, type Asked } from './page-calls.ts';
import type { PageOutcome, PageOutgoing } from './page/whatsapp-page.ts';

export interface SendOptions {
  readonly fetchMedia: (content: MediaContent) => ReturnType<FetchMedia>;
  /** Throws when the browser is closed. */
  readonly asked: () => Asked;
}

/** A message with its file, if it has one, or what became of it without having been handed over. */
type Ready = { readonly message: PageOutgoing; readonly file: MediaFile | undefined } | { readonly outcome: SendOutcome };

/** Fetches what files the messages need and puts them into the page, then hands it all messages in one trip. */
export const makeSendMessages =
  (options: SendOptions) =>
  async (messages: readonly OutgoingMessage[], notAfter: Deadline): Promise<readonly SendOutcome[]> => {
    const ready = await Promise.all(messages.map((message) => makeReady(options, message)));
    const batch = ready.flatMap((each) => ('message' in each ? [each.message] : []));
    try {
      const outcomes = batch.length > 0 ? await sendInPage(options.asked, batch, notAfter) : [];
      let next = 0;
      return ready.map((each) => ('message' in each ? (outcomes[next++] ?? { outcome: 'unknown', detail: 'no outcome' }) : each.outcome));
    } finally {
      await Promise.all(ready.map((each) => release(options, each)));
    }
  };

const TEMPLATES: SendOutcome = {
  outcome: 'failed',
  failure: { code: 'unsupported_by_provider', detail: 'Templates are sent by sessions of the Cloud API. Send the text itself.' },
};

async function makeReady({ fetchMedia, asked }: SendOptions, message: OutgoingMessage): Promise<Ready> {
  const { content, wireId } = message;
  if (content.type === 'template') return { outcome: TEMPLATES };
  if (!('media' in content)) return { message: toPage(message), file: undefined };
  const fetched = await fetchMedia(content).catch((): MediaOutcome | undefined => undefined);
  if (!fetched) return { outcome: { outcome: 'not-sent' } }; // the disk or the bucket is not there; the file may be
  if ('failure' in fetched) return { outcome: { outcome: 'failed', failure: fetched.failure } };
  const { file } = fetched;
  try {
    await putFile(asked(), wireId, file.path);
    return { message: toPage(message, file), file };
  } catch {
    await file.release();
    return { outcome: { outcome: 'not-sent' } }; // the page is gone: nothing of the message was in it
  }
}

async function release({ asked }: SendOptions, ready: Ready): Promise<void> {
  if (!('message' in ready) || !ready.file) return;
  const { wireId } = ready.message;
  await Promise.all([ready.file.release(), Promise.resolve().then(() => dropFile(asked(), wireId)).catch(() => undefined)]); // a page that is gone holds nothing
}

async function sendInPage(asked: SendOptions['asked'], batch: PageOutgoing[], notAfter: Deadline): Promise<readonly SendOutcome[]> {
  try {
    return (await sendBatch(asked(), batch, typeof notAfter === 'function' ? notAfter() : notAfter)).map(toOutcome);
  } catch (error) {
    return batch.map(() => ({ outcome: 'unknown', detail: errorText(error) }));
  }
}

const toOutcome = ([outcome, ...details]: PageOutcome): SendOutcome => {
  switch (outcome) {
    case 'failed':
      return { outcome, failure: { code: details[0] ?? 'send_failed', detail: details[1] ?? '' } };
    case 'unknown':
      return { outcome, detail: details[0] ?? '' };
    case 'accepted':
    case 'not-sent':
      return { outcome };
  }
};
