import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { PlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import type { SessionIntent, Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';
import type { ViewSession } from './session-view.ts';

export interface SteerSessionDeps {
  readonly sessions: Pick<Sessions, 'get' | 'intend' | 'clearLinking'>;
  readonly placeSession: PlaceSession;
  readonly viewSession: ViewSession;
}

type Steer = Operation<typeof sessionRoutes.startSession>;

/** Notes what the user wants of a session and wakes whoever has to do it. */
export const makeSteerSession =
  ({ sessions, placeSession, viewSession }: SteerSessionDeps) =>
  (intent: SessionIntent): Steer =>
  async ({ workspaceId, params: { id } }) => {
    const session = await sessions.intend(workspaceId, id, intent);
    return { status: 202, body: await viewSession(await placeSession(session)) };
  };

/** A linked number is unlinked first, by its owner: else its phone would list a device that is no more. */
export function makeRegenerateQr(deps: SteerSessionDeps): Steer {
  const relink = makeSteerSession(deps)({ desired: 'running', relink: true });
  return async (request) => {
    const { id } = await deps.sessions.get(request.workspaceId, request.params.id);
    await deps.sessions.clearLinking(id); // else the QR of the old link would be shown for a while
    return relink(request);
  };
}

export const alreadyLinked = (id: string): DomainError =>
  new DomainError('conflict', 'already_linked', `Session ${id} is linked. Log it out first to link it by a code, or ask for a new QR (POST /v1/sessions/${id}/regenerate-qr).`);
