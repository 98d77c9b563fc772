import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { AppliedChange } from '../../../shared/domain/outbox/messages.ts';
import { outcomesOf, type RecentOutcomes } from '../../../shared/domain/providers/outcomes.ts';
import type { SendingPolicies } from '../../../shared/domain/providers/sending-policy.ts';

export interface CountOutcomesDeps {
  readonly policies: Pick<SendingPolicies, 'find'>;
  readonly outcomes: Pick<RecentOutcomes, 'add'>;
  readonly clock: Clock;
}

const GOOD_FOR_MS = 60_000;
const MOST_REMEMBERED = 5_000;

/**
 * Counts how a number's messages fare, once a batch, where somebody wants to know: in workspaces whose numbers stand in
 * for each other. That they do is looked up once a minute.
 */
export function makeCountOutcomes({ policies, outcomes, clock }: CountOutcomesDeps) {
  const known = new Map<string, { readonly isWanted: boolean; readonly until: number }>();

  const isWanted = async (workspaceId: string): Promise<boolean> => {
    const before = known.get(workspaceId);
    if (before && before.until > clock.now()) return before.isWanted;
    const policy = await policies.find(workspaceId);
    const now = { isWanted: policy?.failover.enabled === true, until: clock.now() + GOOD_FOR_MS };
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(workspaceId, now);
    return now.isWanted;
  };

  return async ({ workspaceId, sessionId, sequence }: SessionEventBatch, applied: readonly AppliedChange[]): Promise<void> => {
    const counted = outcomesOf(applied);
    if (counted && (await isWanted(workspaceId))) await outcomes.add(sessionId, clock.now(), counted, sequence);
  };
}
