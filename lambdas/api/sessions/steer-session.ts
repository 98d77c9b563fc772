import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { applyIntent } from '../../../shared/domain/sessions/apply-intent.ts';
import type { PlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { SessionIntent, Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { requireWebjs } from '../../../shared/domain/sessions/webjs-only.ts';
import type { Operation } from '../../http/api-request.ts';
import type { ViewSession } from './session-view.ts';

export interface SteerSessionDeps {
  readonly sessions: Pick<Sessions, 'get' | 'intend' | 'clearLinking'>;
  readonly placeSession: PlaceSession;
  readonly viewSession: ViewSession;
  readonly clock: Clock;
}

type Steer = Operation<typeof sessionRoutes.startSession>;

/** Notes what the user wants of a session and wakes whoever has to do it. */
export const makeSteerSession =
  ({ sessions, placeSession, viewSession, clock }: SteerSessionDeps) =>
  (intent: SessionIntent): Steer =>
  async ({ workspaceId, params: { id } }) => {
    const before = await sessions.get(workspaceId, id);
    requireWebjs(before);
    if (intent.desired === 'running') refuseWhileOutOfRounds(before, clock.now());
    const session = await sessions.intend(workspaceId, id, intent);
    return { status: 202, body: await viewSession(await placeSession(session)) };
  };

/** A linked number is unlinked first, by its owner: else its phone would list a device that is no more. */
export function makeRegenerateQr(deps: SteerSessionDeps): Steer {
  const intent = { desired: 'running', relink: true } as const;
  const relink = makeSteerSession(deps)(intent);
  return async (request) => {
    const session = await deps.sessions.get(request.workspaceId, request.params.id);
    requireWebjs(session);
    refuseWhileOutOfRounds(session, deps.clock.now());
    applyIntent(session, intent, deps.clock.now()); // throws what would be refused below, before anything is cleared
    await deps.sessions.clearLinking(session.id); // else the QR of the old link would be shown for a while
    return relink(request);
  };
}

/**
 * A session that ended because it had shown all its QR rounds of the hour gets no further one for being asked: WhatsApp
 * would take the account for a robot's. A pairing code needs no round, so that stays possible.
 */
function refuseWhileOutOfRounds({ id, status, health: { qr } }: Session, now: number): void {
  const waitMs = status === 'failed' && qr?.retryAt ? Date.parse(qr.retryAt) - now : 0;
  if (waitMs <= 0) return;
  const message = `Session ${id} has shown its ${qr?.limit} rounds of QR codes of this hour. Try again at ${qr?.retryAt}, or ask for a pairing code.`;
  throw new DomainError('throttled', 'qr_limit_reached', message, { retryAfterSeconds: waitMs / 1_000 });
}

export const alreadyLinked = (id: string): DomainError =>
  new DomainError('conflict', 'already_linked', `Session ${id} is linked. Log it out first to link it by a code, or ask for a new QR (POST /v1/sessions/${id}/regenerate-qr).`);
