import type { mediaRoutes } from '../../../shared/contracts/api/routes/media.ts';
import type { ShowMedia } from '../../../shared/domain/media/show-media.ts';
import type { Operation } from '../../http/api-request.ts';

export const makeGetMedia =
  (showMedia: ShowMedia): Operation<typeof mediaRoutes.getMedia> =>
  async ({ workspaceId, params }) => ({ status: 200, body: await showMedia(workspaceId, params.id) });
