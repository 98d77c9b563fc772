import pLimit from 'p-limit';
import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import { doubtIn } from '../../../shared/domain/meta/held-doubt.ts';
import type { MetaSessions } from '../../../shared/domain/meta/meta-sessions.ts';
import type { HeldMessages } from '../../../shared/domain/outbox/held-messages.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';

export interface RequeueMetaSendsDeps {
  readonly metaSessions: MetaSessions;
  readonly outbox: Pick<Outbox, 'listDue' | 'listLanes'>;
  readonly held: Pick<HeldMessages, 'list'>;
  readonly enqueue: EnqueueJobs<MetaSendJob>;
  readonly clock: Clock;
}

const SESSIONS_AT_ONCE = 16;

/**
 * Wakes the sender of every number on Meta's Cloud API that has something due or something in doubt: its job was lost,
 * its sender died, or a message was to leave at this time.
 */
export const makeRequeueMetaSends = (deps: RequeueMetaSendsDeps) =>
  async (): Promise<void> => {
    const limit = pLimit(SESSIONS_AT_ONCE);
    const sessionIds = await deps.metaSessions.listIds();
    const hasWork = await Promise.all(sessionIds.map((id) => limit(async () => (await hasDue(deps, id)) || (await hasDoubts(deps, id)))));
    const jobs = sessionIds.filter((_, i) => hasWork[i]).map((sessionId) => ({ v: 1 as const, kind: 'send' as const, sessionId }));
    if (jobs.length > 0) await deps.enqueue(jobs);
  };

async function hasDue({ outbox, clock }: RequeueMetaSendsDeps, sessionId: string): Promise<boolean> {
  for (const lane of [{ sessionId, campaignId: null }, ...(await outbox.listLanes(sessionId))]) {
    if ((await outbox.listDue(lane, clock.now(), 1)).length > 0) return true;
  }
  return false;
}

const hasDoubts = async ({ held, clock }: RequeueMetaSendsDeps, sessionId: string): Promise<boolean> =>
  (await held.list(sessionId)).some((one) => doubtIn(one, clock.now()) !== 'none');
