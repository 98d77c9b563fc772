import type { mediaRoutes } from '../../../shared/contracts/api/routes/media.ts';
import { UNUSED_UPLOAD_MS, type MediaFiles } from '../../../shared/domain/media/media-files.ts';
import { LINK_SECONDS, type MediaStore } from '../../../shared/domain/media/media-store.ts';
import { targetOf } from '../../../shared/domain/media/show-media.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';

export interface CreateUploadDeps {
  readonly files: Pick<MediaFiles, 'insertUpload'>;
  readonly store: Pick<MediaStore, 'uploadTarget'>;
}

/** Notes a file to come, and signs the one request that may bring it. */
export const makeCreateUpload =
  ({ files, store }: CreateUploadDeps): Operation<typeof mediaRoutes.createUpload> =>
  async ({ workspaceId, body: { mimetype, filename = null, bytes, sha256 = null }, now, seed }) => {
    const upload = await files.insertUpload({
      kind: 'upload',
      id: derivedId('med', now, 'upload', workspaceId, seed),
      workspaceId, mimetype, filename, bytes, sha256,
      createdAt: now,
      keptAt: null,
      expiresAt: now + UNUSED_UPLOAD_MS,
    });
    const expiresAt = new Date(Date.now() + LINK_SECONDS * 1_000).toISOString();
    return { status: 201, body: { id: upload.id, upload: await targetOf(store, upload), expiresAt } };
  };
