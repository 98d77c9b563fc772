import type { MessageContent } from '../../../shared/contracts/message.ts';
import type { Peers } from '../../../shared/domain/chats/chats.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { FindUsable } from '../../../shared/domain/outbox/recently-usable.ts';
import { requireUsable } from '../../../shared/domain/outbox/usable-session.ts';
import type { FindCandidates } from '../../../shared/domain/providers/find-candidates.ts';
import { selectNumber, type Choice } from '../../../shared/domain/providers/select-number.ts';
import { numbersOf, type SendingPolicies, type SendingPolicy } from '../../../shared/domain/providers/sending-policy.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';

export interface ChooseSessionDeps {
  readonly sessions: Pick<Sessions, 'findPrimary'>;
  readonly findUsable: FindUsable;
  readonly peers: Pick<Peers, 'lastSessionOf'>;
  readonly policies: Pick<SendingPolicies, 'find'>;
  readonly findCandidates: FindCandidates;
  readonly isOptedOut: (workspaceId: string, peer: string) => Promise<boolean>;
}

export interface ChosenSession extends Choice {
  /** Nobody asked for this very number, so another one may take the message while it waits. */
  readonly mayMove: boolean;
}

export interface ToSend {
  readonly workspaceId: string;
  readonly peer: string;
  readonly content: MessageContent;
  /** It refers to a message that only one number knows. */
  readonly replyTo: string | undefined;
  readonly now: number; // Unix ms
}

const NO_FAILOVER: SendingPolicy['failover'] = { enabled: false, minScore: 0, afterSeconds: 0 };
const REFERRING: readonly MessageContent['type'][] = ['reaction', 'forward', 'edit', 'delete'];

/**
 * The session a message leaves from: the one asked for; else the one that last talked to the peer, the primary one and
 * those that stand in, the first that can send it and, with failover, is up. Throws `session_not_found`,
 * `session_not_usable` or `no_session`.
 */
export async function chooseSession(deps: ChooseSessionDeps, message: ToSend, sessionId: string | undefined): Promise<ChosenSession> {
  const { workspaceId, peer, content } = message;
  if (sessionId !== undefined) return { session: await deps.findUsable(workspaceId, sessionId), failoverFrom: undefined, mayMove: false };
  const [lastUsed, policy] = await Promise.all([deps.peers.lastSessionOf(workspaceId, peer), deps.policies.find(workspaceId)]);
  const failover = isTied(message) ? NO_FAILOVER : (policy?.failover ?? NO_FAILOVER);
  const standing = policy ? numbersOf(policy) : [(await deps.sessions.findPrimary(workspaceId))?.id];
  const sessionIds = [lastUsed, ...standing].filter((id) => id !== undefined);
  const candidates = await deps.findCandidates({ workspaceId, peer, content, sessionIds, lastUsed, failover, now: message.now });
  const isOptedOut = failover.enabled && (await deps.isOptedOut(workspaceId, peer));
  const choice = selectNumber(candidates, { content, peer, isFailoverOn: failover.enabled, isOptedOut });
  if (!choice) throw noSession();
  return { ...choice, session: requireUsable(choice.session), mayMove: failover.enabled };
}

const isTied = ({ content, replyTo }: ToSend): boolean => replyTo !== undefined || REFERRING.includes(content.type);

const noSession = (): DomainError =>
  new DomainError('invalid', 'no_session', 'This workspace has no session to send from. Create one and link it (POST /v1/sessions).', {
    fields: [{ path: 'sessionId', message: 'there is no session to send from' }],
  });
