import type { FetchMedia } from '../media-source.ts';
import type { OutgoingMessage, SendOutcome } from '../whatsapp-client.ts';
import { errorText } from './error-text.ts';
import { toPage } from './outgoing-content.ts';
import { sendBatch, type Asked } from './page-calls.ts';
import type { PageOutcome, PageOutgoing } from './page/whatsapp-page.ts';

export interface SendOptions {
  readonly fetchMedia: FetchMedia;
  /** Throws when the browser is closed. */
  readonly asked: () => Asked;
}

/** Fetches what files the messages need, then hands all of them to the page in one trip. */
export const makeSendMessages =
  ({ fetchMedia, asked }: SendOptions) =>
  async (messages: readonly OutgoingMessage[], notAfterMs: number): Promise<readonly SendOutcome[]> => {
    const ready = await Promise.all(messages.map((message) => forPage(fetchMedia, message)));
    const batch = ready.filter((each): each is PageOutgoing => 'jid' in each);
    const outcomes = batch.length > 0 ? await sendInPage(asked, batch, notAfterMs) : [];
    let next = 0;
    return ready.map((each) => ('jid' in each ? (outcomes[next++] ?? { outcome: 'unknown', detail: 'no outcome' }) : each));
  };

const TEMPLATES: SendOutcome = {
  outcome: 'failed',
  failure: { code: 'unsupported_by_provider', detail: 'Templates are sent by sessions of the Cloud API. Send the text itself.' },
};

async function forPage(fetchMedia: FetchMedia, message: OutgoingMessage): Promise<PageOutgoing | SendOutcome> {
  if (message.content.type === 'template') return TEMPLATES;
  if (!('media' in message.content)) return toPage(message);
  const fetched = await fetchMedia(message.content.media);
  if ('failure' in fetched) return { outcome: 'failed', failure: fetched.failure };
  return toPage(message, fetched.file);
}

async function sendInPage(asked: SendOptions['asked'], batch: PageOutgoing[], notAfterMs: number): Promise<readonly SendOutcome[]> {
  try {
    return (await sendBatch(asked(), batch, notAfterMs)).map(toOutcome);
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
