import type { MediaView } from '../../contracts/api/media.ts';
import { mediaNotFound } from '../errors.ts';
import type { Messages } from '../outbox/messages.ts';
import type { MediaFiles, ReceivedRecord, UploadRecord } from './media-files.ts';
import type { MediaStore } from './media-store.ts';
import { shownMedia } from './received-media.ts';

export interface ShowMediaDeps {
  readonly files: Pick<MediaFiles, 'find'>;
  readonly store: Pick<MediaStore, 'findUpload' | 'linkTo' | 'uploadTarget'>;
  readonly messages: Pick<Messages, 'get'>;
  readonly now: () => number;
}

export type ShowMedia = (workspaceId: string, id: string) => Promise<MediaView>;

/** A file with a link to it, or to where it is to be uploaded. Throws `media_not_found`, for another workspace's and an expired one too (I6). */
export const makeShowMedia = (deps: ShowMediaDeps): ShowMedia =>
  async (workspaceId, id) => {
    const record = await deps.files.find(workspaceId, id);
    if (!record) throw mediaNotFound(id);
    return record.kind === 'upload' ? showUpload(deps, record) : showReceived(deps, record);
  };

async function showUpload({ store }: ShowMediaDeps, upload: UploadRecord): Promise<MediaView> {
  const { id, mimetype, filename, bytes, sha256, keptAt, expiresAt } = upload;
  const isUploaded = keptAt !== null || (await store.findUpload(upload)) !== undefined;
  const area = keptAt === null ? 'uploads' : 'media';
  return {
    id, mimetype, filename, bytes, sha256,
    messageId: null,
    expiresAt: new Date(expiresAt).toISOString(),
    ...(isUploaded
      ? { status: 'stored', url: await store.linkTo({ ...upload, area }) }
      : { status: 'awaiting_upload', upload: await targetOf(store, upload) }),
  };
}

export async function targetOf(store: Pick<MediaStore, 'uploadTarget'>, { workspaceId, id, mimetype, bytes, sha256 }: UploadRecord): Promise<NonNullable<MediaView['upload']>> {
  const { url, method, headers } = await store.uploadTarget({ workspaceId, id, mimetype, bytes, sha256 });
  return { url, method, headers: { ...headers } };
}

async function showReceived({ store, messages, now }: ShowMediaDeps, { workspaceId, id, messageId, expiresAt }: ReceivedRecord): Promise<MediaView> {
  const { media, receivedAt } = await messages.get(workspaceId, messageId);
  if (!media) throw mediaNotFound(id);
  const { failure, mimetype, filename, bytes, sha256, status } = shownMedia(media, receivedAt ?? now(), now());
  return {
    id, mimetype, filename, bytes, sha256, status, messageId,
    expiresAt: new Date(expiresAt).toISOString(),
    ...(failure && { failure }),
    ...(status === 'stored' && { url: await store.linkTo({ workspaceId, id, area: 'media', mimetype, filename }) }),
  };
}
