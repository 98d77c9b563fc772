import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import type { FindCandidates } from '../../../shared/domain/providers/find-candidates.ts';
import { healthOf } from '../../../shared/domain/providers/number-health.ts';
import { NO_OUTCOMES, type RecentOutcomes } from '../../../shared/domain/providers/outcomes.ts';
import type { MoveQueued } from '../../../shared/domain/providers/move-queued.ts';
import { selectNumber } from '../../../shared/domain/providers/select-number.ts';
import { numbersOf, type SendingPolicies, type SendingPolicy } from '../../../shared/domain/providers/sending-policy.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';

export interface FailOverDeps {
  readonly policies: Pick<SendingPolicies, 'listWithFailover'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly outcomes: Pick<RecentOutcomes, 'recent'>;
  readonly outbox: Pick<Outbox, 'listDue'>;
  readonly findCandidates: FindCandidates;
  readonly isOptedOut: (workspaceId: string, peer: string) => Promise<boolean>;
  readonly moveQueued: MoveQueued;
  readonly chatIdOf: (workspaceId: string, sessionId: string, peer: string) => string;
  readonly enqueue: EnqueueJobs<MetaSendJob>;
  readonly clock: Clock;
}

const MESSAGES_A_RUN = 200; // of each number

/**
 * Moves what waits for a number that is down to one that is up and may write to the person, where the number was chosen
 * for the message. Only what is still queued moves, so nothing whose fate is unknown is ever repeated (I2).
 */
export const makeFailOver = (deps: FailOverDeps) =>
  async (): Promise<number> => {
    let moved = 0;
    for (const policy of await deps.policies.listWithFailover()) moved += await relieve(deps, policy);
    return moved;
  };

async function relieve(deps: FailOverDeps, policy: SendingPolicy): Promise<number> {
  let moved = 0;
  for (const session of await numbersThatAreDown(deps, policy)) {
    const due = await deps.outbox.listDue({ sessionId: session.id, campaignId: null }, deps.clock.now(), MESSAGES_A_RUN);
    for (const message of due.filter(({ mayMove }) => mayMove)) moved += (await moveOne(deps, policy, message)) ? 1 : 0;
  }
  return moved;
}

async function numbersThatAreDown({ sessions, outcomes, clock }: FailOverDeps, policy: SendingPolicy): Promise<readonly Session[]> {
  const ids = numbersOf(policy);
  const [found, recent] = await Promise.all([Promise.all(ids.map((id) => sessions.find(id))), outcomes.recent(ids, clock.now())]);
  return found.flatMap((session, i) =>
    session && !healthOf(session, recent[i] ?? NO_OUTCOMES, policy.failover, clock.now()).isUp ? [session] : [],
  );
}

/** In the order of the policy, behind the number it waits for, which keeps it if no other is better. */
async function moveOne(deps: FailOverDeps, policy: SendingPolicy, message: OutboundMessage): Promise<boolean> {
  const { workspaceId, peer, content, sessionId } = message;
  const now = deps.clock.now();
  const candidates = await deps.findCandidates({
    workspaceId, peer, content, now, sessionIds: [sessionId, ...numbersOf(policy)], lastUsed: sessionId, failover: policy.failover,
  });
  const isOptedOut = await deps.isOptedOut(workspaceId, peer);
  const choice = selectNumber(candidates, { content, peer, isFailoverOn: true, isOptedOut });
  if (!choice || choice.session.id === sessionId) return false;
  const chatId = deps.chatIdOf(workspaceId, choice.session.id, peer);
  if (!(await deps.moveQueued(message, { sessionId: choice.session.id, chatId }))) return false;
  if (choice.session.provider === 'meta') await deps.enqueue([{ v: 1, kind: 'send', sessionId: choice.session.id }]); // instances look by themselves
  return true;
}
