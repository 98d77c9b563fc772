import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import type { SessionStatus } from '../../../shared/contracts/session-status.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { PlaceSession } from '../../../shared/domain/sessions/place-session.ts';
import type { SessionPairingCode, Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { requireWebjs } from '../../../shared/domain/sessions/webjs-only.ts';
import type { Operation } from '../../http/api-request.ts';
import { alreadyLinked } from './steer-session.ts';

const TIMEOUT_MS = 15_000; // API Gateway gives up at 29 s
const POLL_MS = 250;
const LINKED: readonly SessionStatus[] = ['connected', 'hibernating'];

export interface RequestPairingCodeDeps {
  readonly sessions: Pick<Sessions, 'get' | 'intend' | 'findPairingCode'>;
  readonly placeSession: PlaceSession;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
}

/** Asks the fleet for a pairing code and waits for one that was not there before. A number that proves to be linked gets none. */
export const makeRequestPairingCode = (deps: RequestPairingCodeDeps): Operation<typeof sessionRoutes.requestPairingCode> => {
  const { sessions, placeSession } = deps;
  return async ({ workspaceId, params: { id }, body: { phoneNumber } }) => {
    const session = await sessions.get(workspaceId, id);
    requireWebjs(session);
    if (LINKED.includes(session.status)) throw alreadyLinked(id);
    const before = await sessions.findPairingCode(id);
    await placeSession(await sessions.intend(workspaceId, id, { desired: 'running', pairingPhoneNumber: phoneNumber }));
    const { code, expiresAt } = await waitForCode(deps, { workspaceId, id }, phoneNumber, before);
    return { status: 200, body: { code, expiresAt } };
  };
};

async function waitForCode(
  { sessions, clock, pause }: RequestPairingCodeDeps,
  { workspaceId, id }: { readonly workspaceId: string; readonly id: string },
  phoneNumber: string,
  before: SessionPairingCode | undefined,
): Promise<SessionPairingCode> {
  const deadline = clock.now() + TIMEOUT_MS;
  while (clock.now() < deadline) {
    const found = await sessions.findPairingCode(id);
    const isNew = found?.code !== before?.code || found?.expiresAt !== before?.expiresAt;
    if (found && isNew && found.phoneNumber === phoneNumber) return found;
    if (LINKED.includes((await sessions.get(workspaceId, id)).status)) throw alreadyLinked(id);
    await pause(POLL_MS);
  }
  throw new DomainError('unavailable', 'pairing_code_timeout', 'WhatsApp gave no pairing code in time. Try again.', { retryAfterSeconds: 10 });
}
