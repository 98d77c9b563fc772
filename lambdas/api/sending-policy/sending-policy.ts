import type { sendingPolicyRoutes } from '../../../shared/contracts/api/routes/sending-policy.ts';
import type { SendingPolicyRequest, SendingPolicyView } from '../../../shared/contracts/api/sending-policy.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { DomainError, type FieldError } from '../../../shared/domain/errors.ts';
import { healthOf } from '../../../shared/domain/providers/number-health.ts';
import { NO_OUTCOMES, type RecentOutcomes } from '../../../shared/domain/providers/outcomes.ts';
import { numbersOf, type SendingPolicies, type SendingPolicy } from '../../../shared/domain/providers/sending-policy.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';

export interface SendingPolicyDeps {
  readonly policies: Pick<SendingPolicies, 'find' | 'save'>;
  readonly sessions: Pick<Sessions, 'find' | 'findPrimary'>;
  readonly outcomes: Pick<RecentOutcomes, 'recent'>;
  readonly clock: Clock;
}

const UNSET = { enabled: false, minScore: 0.5, afterSeconds: 60 } as const;

export const makeGetSendingPolicy = (deps: SendingPolicyDeps): Operation<typeof sendingPolicyRoutes.getSendingPolicy> =>
  async ({ workspaceId }) => {
    const policy = await deps.policies.find(workspaceId);
    if (policy) return { status: 200, body: await viewOf(deps, policy) };
    const primary = await deps.sessions.findPrimary(workspaceId);
    const unset = { workspaceId, fallbacks: [], failover: UNSET, updatedAt: null };
    return { status: 200, body: await viewOf(deps, { ...unset, primary: primary?.id ?? null }) };
  };

export const makePutSendingPolicy = (deps: SendingPolicyDeps): Operation<typeof sendingPolicyRoutes.putSendingPolicy> =>
  async ({ workspaceId, body, now }) => {
    await requireOwnNumbers(deps, workspaceId, body);
    const policy = { workspaceId, ...body, updatedAt: new Date(now).toISOString() };
    await deps.policies.save(policy);
    return { status: 200, body: await viewOf(deps, policy) };
  };

/** Throws `unknown_session` or `session_twice`, naming each place. */
async function requireOwnNumbers({ sessions }: SendingPolicyDeps, workspaceId: string, body: SendingPolicyRequest): Promise<void> {
  const ids = numbersOf(body);
  const pathOf = (i: number): string => (i === 0 ? 'primary' : `fallbacks.${i - 1}`);
  const twice = ids.flatMap((id, i): FieldError[] => (ids.indexOf(id) < i ? [{ path: pathOf(i), message: 'is in the policy already' }] : []));
  if (twice.length > 0) throw new DomainError('invalid', 'session_twice', 'Name each session once.', { fields: twice });
  const found = await Promise.all(ids.map((id) => sessions.find(id)));
  const unknown = found.flatMap((session, i): FieldError[] =>
    session?.workspaceId === workspaceId && session.desired !== 'deleted' ? [] : [{ path: pathOf(i), message: 'is no session of this workspace' }],
  );
  if (unknown.length > 0) throw new DomainError('invalid', 'unknown_session', 'Some of the sessions do not exist in this workspace.', { fields: unknown });
}

type Shown = Omit<SendingPolicy, 'primary' | 'updatedAt'> & { readonly primary: string | null; readonly updatedAt: string | null };

async function viewOf({ sessions, outcomes, clock }: SendingPolicyDeps, { primary, fallbacks, failover, updatedAt }: Shown): Promise<SendingPolicyView> {
  const ids = primary === null ? [] : numbersOf({ primary, fallbacks });
  const [found, recent] = await Promise.all([Promise.all(ids.map((id) => sessions.find(id))), outcomes.recent(ids, clock.now())]);
  const numbers = ids.map((sessionId, i) => {
    const [session, lately] = [found[i], recent[i] ?? NO_OUTCOMES];
    const health = session ? healthOf(session, lately, failover, clock.now()) : GONE;
    return { sessionId, ...health, recent: { ...lately } };
  });
  return { primary, fallbacks: [...fallbacks], failover: { ...failover }, numbers, updatedAt };
}

const GONE = { isUp: false, score: 0, reason: 'it was deleted' } as const;
