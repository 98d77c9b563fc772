import { randomUUID } from 'node:crypto';
import { NumberCheckAnswer, type InstanceCommand, type Nudge, type NumberCheck } from '../../contracts/nudge.ts';
import { systemClock, type Clock } from '../../domain/clock.ts';
import type { Instance } from '../../domain/instances/instance.ts';
import type { InstanceDirectory } from '../../domain/instances/instance-directory.ts';
import { mayBeAlive } from '../../domain/instances/may-be-alive.ts';
import type { InstanceCalls, OwnedSession } from '../../domain/sessions/instance-calls.ts';
import { loggableError } from '../../observability/loggable-error.ts';
import { logger } from '../../observability/logger.ts';
import { coalesce } from './coalesce.ts';
import { signRequest } from './sign-request.ts';

const TIMEOUT_MS = 1_000;
const CHECK_TIMEOUT_MS = 22_000;
/** After an instance did not answer, we spare our callers the wait for a while: it polls its tables anyway. */
const SPARED_MS = 2_000;

export interface HttpNudgeDeps {
  readonly directory: Pick<InstanceDirectory, 'find'>;
  readonly readSecret: () => Promise<string>;
  readonly clock?: Clock;
}

/** Signed calls to the instance that runs a session, at the address it registered and nowhere else. */
export function httpNudge({ directory, readSecret, clock = systemClock }: HttpNudgeDeps): InstanceCalls {
  const sparedUntil = new Map<string, number>();

  const post = async (instance: Instance, path: string, body: string, timeoutMs: number): Promise<Response | undefined> => {
    const secret = await readSecret();
    const response = await fetch(new URL(path, instance.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...signRequest(secret, 'POST', path, body, clock.now()) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return response;
    await response.body?.cancel();
    logger.warn('Instance refused a call', { instanceId: instance.id, status: response.status });
    return undefined;
  };

  /** What the instance answered; `undefined`: it refused, or was not reached. */
  const ask = async ({ id, instanceId }: OwnedSession, action: string, payload: Nudge | InstanceCommand | NumberCheck, timeoutMs = TIMEOUT_MS): Promise<string | undefined> => {
    if (instanceId === null || (sparedUntil.get(instanceId) ?? 0) > clock.now()) return undefined;
    try {
      const instance = await directory.find(instanceId);
      if (!instance || !mayBeAlive(instance, clock.now())) return undefined;
      const response = await post(instance, pathOf(id, action), JSON.stringify(payload), timeoutMs);
      return await response?.text();
    } catch (error) {
      sparedUntil.set(instanceId, clock.now() + SPARED_MS);
      logger.warn('Instance not reached', { instanceId, sessionId: id, failure: loggableError(error) });
      return undefined;
    }
  };

  const nudgeOnce = coalesce((session: OwnedSession, about: Nudge['about']) => ask(session, 'nudge', { about }));

  return {
    async nudge(session, about) {
      await nudgeOnce(`${session.id}|${session.instanceId}|${about}`, session, about);
    },
    command: async (session, command) => (await ask(session, 'commands', command)) !== undefined,
    async checkNumbers(session, numbers) {
      const answer = await ask(session, 'checks', { numbers: [...numbers] }, CHECK_TIMEOUT_MS);
      return answer === undefined ? undefined : checkAnswerIn(answer);
    },
  };
}

/**
 * An instance takes a signature for a command once. Two commands of one second that say the same (typing, and typing still)
 * are two nonetheless, so each has a nonce, which is signed with the path. A nudge may come twice.
 */
const pathOf = (sessionId: string, action: string): string =>
  action === 'nudge' ? `/sessions/${sessionId}/nudge` : `/sessions/${sessionId}/${action}?nonce=${randomUUID()}`;

/** `undefined` for anything else: an instance of another version is as good as none. */
function checkAnswerIn(text: string): readonly (boolean | null)[] | undefined {
  try {
    return NumberCheckAnswer.parse(JSON.parse(text)).onWhatsApp;
  } catch (error) {
    logger.warn('Instance answered a number check in a way we do not know', { failure: loggableError(error) });
    return undefined;
  }
}
