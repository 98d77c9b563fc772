import { createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MessageContent, MessageFailure } from '../../shared/contracts/message.ts';
import { inMegabytes, mediaLimitOf, type MediaOf } from '../../shared/domain/media/media-kinds.ts';
import type { MediaStore } from '../../shared/domain/media/media-store.ts';
import { checkType } from '../media/check-type.ts';
import type { ScratchFiles } from '../media/scratch-files.ts';
import { canSniff, sniffType } from '../media/sniff-type.ts';

export type MediaContent = Extract<MessageContent, { media: unknown }>;

/** A file to send, on this machine's disk. */
export interface MediaFile {
  readonly path: string;
  readonly mimetype: string;
  readonly filename: string;
  readonly bytes: number;
  /** It is not needed any more. */
  release(): Promise<void>;
}

export type MediaOutcome = { readonly file: MediaFile } | { readonly failure: MessageFailure };

/**
 * Where the files of outgoing messages come from: the message itself, the media bucket, or the address it names. Bounded in
 * size and time, and never whole in memory.
 */
export type FetchMedia = (workspaceId: string, content: MediaContent) => Promise<MediaOutcome>;

export interface FetchMediaDeps {
  readonly download: (request: { readonly url: string; readonly path: string; readonly maxBytes: number }) => Promise<
    | { readonly outcome: 'downloaded'; readonly contentType: string | undefined }
    | { readonly outcome: 'failed'; readonly code: string; readonly detail: string }
  >;
  readonly store: Pick<MediaStore, 'read'>;
  readonly scratch: ScratchFiles;
}

const BUCKET_TIMEOUT_MS = 60_000;

/** What is known of a file once it lies on the disk, or why it does not. */
type Got = { readonly served: string | undefined; readonly name: string | undefined } | { readonly failure: MessageFailure };

export const makeFetchMedia = (deps: FetchMediaDeps): FetchMedia => async (workspaceId, content) => {
  const path = await deps.scratch.newPath();
  const release = (): Promise<void> => deps.scratch.remove(path);
  try {
    const outcome = await prepare(deps, workspaceId, content, path);
    if ('failure' in outcome) await release();
    return 'failure' in outcome ? outcome : { file: { ...outcome, path, release } };
  } catch (error) {
    await release();
    throw error;
  }
};

async function prepare(deps: FetchMediaDeps, workspaceId: string, { type, media }: MediaContent, path: string): Promise<Omit<MediaFile, 'path' | 'release'> | { readonly failure: MessageFailure }> {
  const maxBytes = mediaLimitOf('webjs', type);
  const got = await get(deps, workspaceId, media, { path, maxBytes });
  if ('failure' in got) return got;
  const { size: bytes } = await stat(path);
  if (bytes === 0) return failure('media_empty', 'The file is empty');
  if (bytes > maxBytes) return failure('media_too_large', `The file has ${inMegabytes(bytes)}; as ${type} it may have ${inMegabytes(maxBytes)}`);
  const checked = checkType({ type, claimed: media.mimetype, served: got.served, sniffed: await sniffType(path), canSniff });
  return 'failure' in checked ? checked : { mimetype: checked.mimetype, filename: media.filename ?? got.name ?? 'file', bytes };
}

async function get({ download, store }: FetchMediaDeps, workspaceId: string, { base64, url, id }: MediaOf, { path, maxBytes }: { path: string; maxBytes: number }): Promise<Got> {
  if (base64 !== undefined) {
    await writeFile(path, Buffer.from(base64, 'base64'), { mode: 0o600 });
    return { served: undefined, name: undefined };
  }
  if (id !== undefined) {
    const content = await store.read({ workspaceId, id });
    if (!content) return failure('media_expired', 'The file is gone: files are kept for a limited time');
    await pipeline(Readable.from(content), createWriteStream(path, { mode: 0o600 }), { signal: AbortSignal.timeout(BUCKET_TIMEOUT_MS) });
    return { served: undefined, name: undefined };
  }
  if (url === undefined) return failure('media_missing', 'The message names no file');
  const got = await download({ url, path, maxBytes });
  return got.outcome === 'failed' ? failure(got.code, got.detail) : { served: got.contentType, name: nameFrom(url) };
}

const failure = (code: string, detail: string): { readonly failure: MessageFailure } => ({ failure: { code, detail } });

/** The last part of the path, as far as it is one. */
function nameFrom(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last).replace(/[\\/\p{Cc}]/gu, '_') || 'file';
  } catch {
    return last;
  }
}
