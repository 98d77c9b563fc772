import type { MessageContent } from '../../contracts/message.ts';
import { DomainError } from '../errors.ts';
import type { Messages } from '../outbox/messages.ts';
import type { MediaFiles, ReceivedRecord, UploadRecord } from './media-files.ts';
import { fitsType, inMegabytes, mediaLimitOf, type MediaType } from './media-kinds.ts';
import type { MediaDescription, MediaStore } from './media-store.ts';

export interface AttachMediaDeps {
  readonly files: Pick<MediaFiles, 'find' | 'markKept'>;
  readonly store: Pick<MediaStore, 'findUpload' | 'keepUpload'>;
  readonly messages: Pick<Messages, 'get'>;
  readonly now: () => number;
  /** How long a file that a message uses is kept. */
  readonly retentionMs: number;
}

type Provider = 'webjs' | 'meta';
type WithMedia = Extract<MessageContent, { media: unknown }>;
type Known = Pick<MediaDescription, 'mimetype' | 'bytes'> & { readonly filename: string | null };

/**
 * What is to be sent, once it is sure that its file can be: one of ours (`media.id`) is there, small enough and of a kind
 * the message may carry, and is kept from here on; its type and name go with the message. Throws an error that names the
 * field. `prefix`: where the content stands in the request.
 */
export type AttachMedia = <C extends MessageContent>(workspaceId: string, content: C, provider: Provider, prefix?: string) => Promise<C>;

export const makeAttachMedia = (deps: AttachMediaDeps): AttachMedia =>
  async (workspaceId, content, provider, prefix = '') => {
    if (!hasMedia(content)) return content;
    const { id, mimetype, filename } = content.media;
    if (mimetype !== undefined && !fitsType(content.type, mimetype)) throw wrongKind(`${prefix}media.mimetype`, content.type, mimetype);
    if (id === undefined) return content;
    const path = `${prefix}media.id`;
    const known = await findKnown(deps, workspaceId, id, path);
    requireFit(content.type, provider, known.file, path);
    await known.keep();
    const name = filename ?? known.file.filename ?? undefined;
    return { ...content, media: { id, mimetype: known.file.mimetype, ...(name !== undefined && { filename: name }) } };
  };

const hasMedia = (content: MessageContent): content is WithMedia => 'media' in content;

interface Found {
  readonly file: Known;
  /** Sees to it that it lasts. */
  keep(): Promise<void>;
}

async function findKnown(deps: AttachMediaDeps, workspaceId: string, id: string, path: string): Promise<Found> {
  const record = await deps.files.find(workspaceId, id);
  if (!record) throw refuse(path, 'media_not_found', 'must be the id of a file of this workspace that is still there');
  return record.kind === 'upload' ? foundUpload(deps, record, path) : foundReceived(deps, record, path);
}

async function foundUpload({ files, store, now, retentionMs }: AttachMediaDeps, upload: UploadRecord, path: string): Promise<Found> {
  if (upload.keptAt === null && !(await store.findUpload(upload))) throw notUploaded(path);
  return {
    file: upload,
    async keep() {
      if (upload.keptAt !== null) return;
      if (!(await store.keepUpload(upload))) throw notUploaded(path); // its day ended this moment
      await files.markKept(upload, now(), now() + retentionMs);
    },
  };
}

async function foundReceived({ messages }: AttachMediaDeps, { workspaceId, messageId }: ReceivedRecord, path: string): Promise<Found> {
  const { media } = await messages.get(workspaceId, messageId);
  if (media?.status !== 'stored') throw refuse(path, 'media_not_stored', 'names a file that came in and is not here yet, or could not be had');
  return { file: media, keep: async () => undefined };
}

function requireFit(type: MediaType, provider: Provider, { mimetype, bytes }: Known, path: string): void {
  if (!fitsType(type, mimetype)) throw wrongKind(path, type, mimetype);
  const limit = mediaLimitOf(provider, type);
  if (bytes > limit) throw refuse(path, 'media_too_large', `names a file of ${inMegabytes(bytes)}; as ${type} it may have ${inMegabytes(limit)}`);
}

const notUploaded = (path: string): DomainError => refuse(path, 'media_not_uploaded', 'names a file that was announced and not uploaded: PUT it to its upload.url first');
const wrongKind = (path: string, type: MediaType, mimetype: string): DomainError =>
  refuse(path, 'media_type_mismatch', `is ${mimetype}, which cannot be sent as ${type}; send it as document`);
const refuse = (path: string, code: string, message: string): DomainError =>
  new DomainError('invalid', code, `${path} ${message}.`, { fields: [{ path, message }] });
