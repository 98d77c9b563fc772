import type { MessageContent, MessageFailure } from '../../shared/contracts/message.ts';

/** A file to send, whole in memory. */
export interface MediaFile {
  readonly base64: string;
  readonly mimetype: string;
  readonly filename: string;
  readonly bytes: number;
}

export type MediaOutcome = { readonly file: MediaFile } | { readonly failure: MessageFailure };

/** Where the files of outgoing messages come from: the message itself, or the address it names. Bounded in size and time. */
export type FetchMedia = (media: Extract<MessageContent, { media: unknown }>['media']) => Promise<MediaOutcome>;

type Download = (url: string) => Promise<
  | { readonly outcome: 'downloaded'; readonly bytes: Buffer; readonly contentType: string | undefined }
  | { readonly outcome: 'failed'; readonly reason: string }
>;

const FALLBACK_TYPE = 'application/octet-stream';

const nameFrom = (url: string): string => new URL(url).pathname.split('/').at(-1) || 'file';

/** Takes the file out of the message, or downloads it from the address the message names. */
export const makeFetchMedia = (download: Download): FetchMedia => async ({ base64, url, mimetype, filename }) => {
  if (base64 !== undefined) {
    return { file: { base64, mimetype: mimetype ?? FALLBACK_TYPE, filename: filename ?? 'file', bytes: Buffer.byteLength(base64, 'base64') } };
  }
  if (url === undefined) return { failure: { code: 'media_missing', detail: 'The message names no file' } };
  const got = await download(url);
  if (got.outcome === 'failed') return { failure: { code: 'media_unreachable', detail: got.reason } };
  const type = mimetype ?? got.contentType?.split(';')[0]?.trim() ?? FALLBACK_TYPE;
  return { file: { base64: got.bytes.toString('base64'), mimetype: type, filename: filename ?? nameFrom(url), bytes: got.bytes.length } };
};
