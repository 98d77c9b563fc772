import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import type { CreateSessionRequest } from '../../../shared/contracts/api/sessions.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { PlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { ApiRequest, Operation } from '../../http/api-request.ts';
import type { ViewSession } from './session-view.ts';

export interface CreateSessionDeps {
  readonly sessions: Pick<Sessions, 'insert' | 'get'>;
  readonly placeSession: PlaceSession;
  readonly viewSession: ViewSession;
  readonly isUnlimitedPacingAllowed: boolean;
}

type CreateRequest = ApiRequest<typeof sessionRoutes.createSession>;

/** Records the session and, unless told otherwise, gives it to an instance to start. */
export const makeCreateSession =
  ({ sessions, placeSession, viewSession, isUnlimitedPacingAllowed }: CreateSessionDeps): Operation<typeof sessionRoutes.createSession> =>
  async (request) => {
    refuseUnavailable(request.body, isUnlimitedPacingAllowed);
    const session = await insertOrFind(sessions, newSession(request));
    return { status: 201, body: await viewSession(await placeSession(session)) };
  };

function refuseUnavailable({ provider, meta, pacing }: CreateSessionRequest, isUnlimitedAllowed: boolean): void {
  if (provider === 'meta' || meta !== undefined) {
    const path = provider === 'meta' ? 'provider' : 'meta';
    throw refusal('provider_not_available', 'The Meta Cloud API is not available here. Leave `provider` and `meta` out.', path);
  }
  if (pacing.profile === 'unlimited' && !isUnlimitedAllowed) {
    throw refusal('unlimited_pacing_not_allowed', 'Unlimited pacing gets numbers banned and is not allowed here.', 'pacing.profile');
  }
}

const refusal = (code: string, message: string, path: string): DomainError =>
  new DomainError('invalid', code, message, { fields: [{ path, message }] });

/** The id follows from the request, so a taken one is this very request's, from a run that broke off. */
const insertOrFind = (sessions: CreateSessionDeps['sessions'], session: Session): Promise<Session> =>
  sessions.insert(session).catch((error: unknown) => {
    if (error instanceof DomainError && error.kind === 'conflict') return sessions.get(session.workspaceId, session.id);
    throw error;
  });

function newSession({ body, workspaceId, now, seed }: CreateRequest): Session {
  return {
    id: derivedId('ses', now, 'session', workspaceId, seed),
    workspaceId,
    name: body.name ?? null,
    provider: body.provider,
    pacing: body.pacing,
    onDemand: body.onDemand,
    desired: body.autoStart ? 'running' : 'stopped',
    requests: {
      restarts: 0,
      relinks: 0,
      pairings: body.phoneNumber === undefined ? 0 : 1,
      pairingPhoneNumber: body.phoneNumber ?? null,
    },
    createdAt: new Date(now).toISOString(),
    ...NOTHING_OBSERVED,
  };
}

const NOTHING_OBSERVED = {
  desiredBecause: null,
  relinksDone: 0,
  status: 'created',
  statusSince: null,
  phoneNumber: null,
  isPrimary: false,
  instanceId: null,
  fencingToken: 0,
  previousInstanceId: null,
  migrationCount: 0,
  lastMigrationAt: null,
  disconnectedAt: null,
  disconnectReason: null,
  disconnectDetails: null,
  reportedBy: null,
  storage: null,
  health: UNKNOWN_HEALTH,
  lastActivityAt: null,
  lastConnectedAt: null,
  deletedAt: null,
  purgeAfter: null,
} as const satisfies Partial<Session>;
