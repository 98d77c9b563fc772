import { fileTypeFromBuffer } from 'file-type';
import type { MessageFailure, MessageType } from '../../../shared/contracts/message.ts';
import { MOST_UPLOAD_BYTES } from '../../../shared/contracts/media-size.ts';
import { fitsType, inMegabytes, isMediaType } from '../../../shared/domain/media/media-kinds.ts';
import type { MediaDescription, MediaStore } from '../../../shared/domain/media/media-store.ts';
import type { ReceivedMedia } from '../../../shared/domain/media/received-media.ts';
import type { Graph, GraphFailure, GraphMediaInfo, GraphToken } from '../../../shared/domain/meta/graph.ts';
import { loggableError } from '../../../shared/observability/loggable-error.ts';
import { logger } from '../../../shared/observability/logger.ts';

export interface BringFileDeps {
  readonly graph: Pick<Graph, 'mediaInfo' | 'downloadMedia'>;
  readonly store: Pick<MediaStore, 'find' | 'put'>;
  readonly within: <T>(ms: number, work: Promise<T>, otherwise: T) => Promise<T>;
}

/** A file of a message that came in, by the id Meta told it under. */
export interface FileAtMeta {
  readonly workspaceId: string;
  readonly type: MessageType;
  readonly media: ReceivedMedia & { readonly providerId: string };
}

/** `trouble`: it may go better another time. */
export type Brought = { readonly stored: MediaDescription & { readonly sha256: string } } | { readonly failure: MessageFailure } | { readonly trouble: MessageFailure };

/** The function is stopped after 90 s. */
const MOST_MS = 70_000;
const HEAD_BYTES = 4_100; // as much as telling a type takes
const NO_SUCH_OBJECT = 100;

/** Brings a file from Meta into the bucket as a stream. One that is there already is not fetched again. Never throws. */
export const makeBringFile = (deps: BringFileDeps) =>
  (access: GraphToken, file: FileAtMeta): Promise<Brought> =>
    deps.within(MOST_MS, bring(deps, access, file).catch(troubled(file)), trouble('Meta gave the file too slowly'));
export type BringFile = ReturnType<typeof makeBringFile>;

async function bring({ graph, store }: BringFileDeps, access: GraphToken, { workspaceId, type, media: { id, mimetype, sha256, providerId } }: FileAtMeta): Promise<Brought> {
  const known = await store.find({ workspaceId, id });
  if (known?.sha256) return { stored: { ...known, sha256: known.sha256 } };
  const answer = await graph.mediaInfo(access, providerId);
  if (answer.outcome !== 'ok') return refused(answer);
  const info = answer.value;
  const told = base64Of(info.sha256);
  if (info.bytes > MOST_UPLOAD_BYTES) return failed('media_too_large', `The file has ${inMegabytes(info.bytes)}; up to ${inMegabytes(MOST_UPLOAD_BYTES)} are fetched`);
  if (info.bytes === 0) return failed('media_empty', 'Meta gave an empty file');
  if (sha256 !== null && sha256 !== told) return failed('media_corrupt', 'Meta has another file than it described');
  const got = await graph.downloadMedia(access, info.url);
  if (got.outcome !== 'ok') return trouble(`Meta did not give the file: ${reasonOf(got)}`);
  const { head, content, drop } = await opened(got.value, info);
  const sniffed = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime;
  if (sniffed !== undefined && !isOfKind(type, sniffed)) {
    await drop();
    return failed('media_type_mismatch', `The file is ${sniffed}, and not of type ${type}`);
  }
  const description = { mimetype: typeOf(type, mimetype, sniffed), bytes: info.bytes, sha256: told };
  await store.put({ workspaceId, id, ...description }, content);
  return { stored: description };
}

/** The first bytes of a stream, and all of it again. Ends with an error when there is more of it than was told. */
async function opened(stream: ReadableStream<Uint8Array>, { bytes }: GraphMediaInfo) {
  const chunks = stream[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  for (let length = 0; length < HEAD_BYTES; ) {
    const { done, value } = await chunks.next();
    if (done) break;
    read.push(value);
    length += value.length;
  }
  async function* content(): AsyncGenerator<Uint8Array, void> {
    let length = 0;
    try {
      for (const chunk of read) {
        length = counted(length, chunk, bytes);
        yield chunk;
      }
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
        length = counted(length, next.value, bytes);
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }
  return { head: Buffer.concat(read), content: content(), drop: () => chunks.return?.() };
}

function counted(length: number, chunk: Uint8Array, most: number): number {
  if (length + chunk.length > most) throw new Error('Meta gave more bytes than it told');
  return length + chunk.length;
}

const isOfKind = (type: MessageType, mimetype: string): boolean => !isMediaType(type) || fitsType(type, mimetype);

/** Of pictures the bytes are right; what else there is lies in containers that have several names. */
const typeOf = (type: MessageType, claimed: string, sniffed: string | undefined): string =>
  sniffed !== undefined && (type === 'image' || type === 'sticker') ? sniffed : claimed;

/** Meta keeps files for 30 days, and then does not know their id. */
function refused(answer: GraphFailure): Brought {
  const isGone = answer.outcome === 'refused' && answer.status < 500 && (answer.code === NO_SUCH_OBJECT || answer.status === 404);
  return isGone ? failed('media_expired', 'Meta has the file no more') : trouble(`Meta did not tell of the file: ${reasonOf(answer)}`);
}

const reasonOf = (answer: GraphFailure): string => (answer.outcome === 'refused' ? `${answer.status}, code ${answer.code}` : answer.reason);

const troubled = ({ media: { id } }: FileAtMeta) => (error: unknown): Brought => {
  logger.warn('A file was not brought', { mediaId: id, failure: loggableError(error) });
  return trouble('The file could not be fetched and stored');
};

const failed = (code: string, detail: string): Brought => ({ failure: { code, detail } });
const trouble = (detail: string): Brought => ({ trouble: { code: 'media_unavailable', detail } });

const base64Of = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
