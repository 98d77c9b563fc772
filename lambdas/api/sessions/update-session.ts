import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { checkCredentials } from '../../../shared/domain/meta/check-credentials.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import type { PlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { ApiRequest, Operation } from '../../http/api-request.ts';
import type { ViewSession } from './session-view.ts';

export interface UpdateSessionDeps {
  readonly sessions: Pick<Sessions, 'get' | 'configure'>;
  readonly accounts: Pick<MetaAccounts, 'find' | 'rotate'>;
  readonly graph: Pick<Graph, 'numbersOf' | 'subscribe'>;
  readonly placeSession: PlaceSession;
  readonly viewSession: ViewSession;
}

type Change = ApiRequest<typeof sessionRoutes.updateSession>['body'];

/** Its owner acts on new settings at its next look; one that hibernates and no longer may is woken. */
export const makeUpdateSession =
  (deps: UpdateSessionDeps): Operation<typeof sessionRoutes.updateSession> =>
  async ({ workspaceId, params: { id }, body }) => {
    const { sessions, placeSession, viewSession } = deps;
    const before = await sessions.get(workspaceId, id);
    requireFitting(before, body);
    if (body.meta) await rotateToken(deps, id, body.meta.accessToken);
    const { name, onDemand, pacing } = body;
    const session = await sessions.configure(workspaceId, id, { ...(name !== undefined && { name }), ...(onDemand !== undefined && { onDemand }), ...(pacing && { pacing: { ...before.pacing, ...pacing } }) });
    return { status: 200, body: await viewSession(await placeSession(session)) };
  };

/** Only a token that Meta takes replaces one that may still work. */
async function rotateToken({ accounts, graph }: UpdateSessionDeps, sessionId: string, accessToken: string): Promise<void> {
  const account = await accounts.find(sessionId);
  if (account) await checkCredentials(graph, { ...account, accessToken });
  await accounts.rotate(sessionId, accessToken);
}

function requireFitting({ provider }: Session, { onDemand, meta }: Change): void {
  if (provider === 'meta' && onDemand) throw unsupported('onDemand', 'is for sessions with a browser');
  if (provider === 'webjs' && meta) throw unsupported('meta', 'is for sessions with provider meta');
}

const unsupported = (path: string, message: string): DomainError =>
  new DomainError('invalid', 'unsupported_by_provider', `${path} ${message}.`, { fields: [{ path, message }] });
