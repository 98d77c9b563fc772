import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import type { PlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';
import type { ViewSession } from './session-view.ts';

export interface UpdateSessionDeps {
  readonly sessions: Pick<Sessions, 'configure'>;
  readonly placeSession: PlaceSession;
  readonly viewSession: ViewSession;
}

/** Its owner acts on new settings at its next look; one that hibernates and no longer may is woken. */
export const makeUpdateSession =
  ({ sessions, placeSession, viewSession }: UpdateSessionDeps): Operation<typeof sessionRoutes.updateSession> =>
  async ({ workspaceId, params: { id }, body: { name, onDemand } }) => {
    const session = await sessions.configure(workspaceId, id, { ...(name !== undefined && { name }), ...(onDemand !== undefined && { onDemand }) });
    return { status: 200, body: await viewSession(await placeSession(session)) };
  };
