import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import type { PlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';
import type { ViewSession } from './session-view.ts';

export interface DeleteSessionDeps {
  readonly sessions: Pick<Sessions, 'get' | 'intend'>;
  readonly accounts: Pick<MetaAccounts, 'remove'>;
  readonly placeSession: PlaceSession;
  readonly viewSession: ViewSession;
}

/** Its owner unlinks and wipes it. A number at Meta has no owner: its credentials are erased here, first, so that a try that broke off can be repeated. */
export const makeDeleteSession =
  ({ sessions, accounts, placeSession, viewSession }: DeleteSessionDeps): Operation<typeof sessionRoutes.deleteSession> =>
  async ({ workspaceId, params: { id } }) => {
    const { provider } = await sessions.get(workspaceId, id);
    if (provider === 'meta') await accounts.remove(id);
    const session = await sessions.intend(workspaceId, id, { desired: 'deleted' });
    return { status: 202, body: await viewSession(await placeSession(session)) };
  };
