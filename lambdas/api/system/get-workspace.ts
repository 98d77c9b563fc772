import type { systemRoutes } from '../../../shared/contracts/api/routes/system.ts';
import type { Workspaces } from '../../../shared/domain/access/api-keys.ts';
import type { Operation } from '../../http/api-request.ts';

export const makeGetWorkspace =
  (workspaces: Pick<Workspaces, 'get'>): Operation<typeof systemRoutes.getWorkspace> =>
  async ({ workspaceId }) => {
    const { id, name, createdAt } = await workspaces.get(workspaceId);
    return { status: 200, body: { id, name, createdAt: new Date(createdAt).toISOString() } };
  };
