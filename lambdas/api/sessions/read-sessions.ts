import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';
import type { ViewSession } from './session-view.ts';

export interface ReadSessionsDeps {
  readonly sessions: Pick<Sessions, 'get' | 'list'>;
  readonly viewSession: ViewSession;
}

export const makeListSessions =
  ({ sessions, viewSession }: ReadSessionsDeps): Operation<typeof sessionRoutes.listSessions> =>
  async ({ workspaceId, query: { limit, cursor, ...filter } }) => {
    const page = await sessions.list(workspaceId, { limit, cursor }, filter);
    const data = await Promise.all(page.items.map(viewSession));
    return { status: 200, body: { data, nextCursor: page.cursor ?? null } };
  };

export const makeGetSession =
  ({ sessions, viewSession }: ReadSessionsDeps): Operation<typeof sessionRoutes.getSession> =>
  async ({ workspaceId, params }) => ({ status: 200, body: await viewSession(await sessions.get(workspaceId, params.id)) });

export const makeGetSessionStatus =
  ({ sessions }: Pick<ReadSessionsDeps, 'sessions'>): Operation<typeof sessionRoutes.getSessionStatus> =>
  async ({ workspaceId, params }) => {
    const { status, health } = await sessions.get(workspaceId, params.id);
    return { status: 200, body: { status, health } };
  };
