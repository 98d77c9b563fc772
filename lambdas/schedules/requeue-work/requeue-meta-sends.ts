import pLimit from 'p-limit';
import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import { FILE_LOST_AFTER_MS, FILE_PAUSES_SECONDS } from '../../../shared/domain/meta/file-pauses.ts';
import { doubtIn } from '../../../shared/domain/meta/held-doubt.ts';
import type { MetaSessions } from '../../../shared/domain/meta/meta-sessions.ts';
import type { HeldMessages } from '../../../shared/domain/outbox/held-messages.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';

export interface RequeueMetaSendsDeps {
  readonly metaSessions: MetaSessions;
  readonly outbox: Pick<Outbox, 'listDue' | 'listLanes'>;
  readonly held: Pick<HeldMessages, 'list'>;
  readonly messages: Pick<Messages, 'listPendingMedia'>;
  readonly enqueue: EnqueueJobs<MetaSendJob>;
  readonly clock: Clock;
}

const SESSIONS_AT_ONCE = 16;
const FILES_A_LOOK = 25;

/**
 * Wakes the sender of every number on Meta's Cloud API that has something due or something in doubt: its job was lost,
 * its sender died, or a message was to leave at this time. Files that came in and whose jobs were lost get a last one.
 */
export const makeRequeueMetaSends = (deps: RequeueMetaSendsDeps) =>
  async (): Promise<void> => {
    const limit = pLimit(SESSIONS_AT_ONCE);
    const sessionIds = await deps.metaSessions.listIds();
    const jobs = (await Promise.all(sessionIds.map((id) => limit(async () => [...(await sendJobs(deps, id)), ...(await fileJobs(deps, id))])))).flat();
    if (jobs.length > 0) await deps.enqueue(jobs);
  };

async function sendJobs(deps: RequeueMetaSendsDeps, sessionId: string): Promise<readonly MetaSendJob[]> {
  const hasWork = (await hasDue(deps, sessionId)) || (await hasDoubts(deps, sessionId));
  return hasWork ? [{ v: 1, kind: 'send', sessionId }] : [];
}

/** What fails once more is given up, so that no file is pending for ever. */
async function fileJobs({ messages, clock }: RequeueMetaSendsDeps, sessionId: string): Promise<readonly MetaSendJob[]> {
  const pending = await messages.listPendingMedia(sessionId, FILES_A_LOOK);
  const lost = pending.filter(({ receivedAt, media }) => media?.providerId !== undefined && clock.now() - (receivedAt ?? 0) > FILE_LOST_AFTER_MS);
  return lost.map(({ id: messageId, workspaceId }) => ({ v: 1, kind: 'fetch-file', workspaceId, sessionId, messageId, attempt: FILE_PAUSES_SECONDS.length }));
}

async function hasDue({ outbox, clock }: RequeueMetaSendsDeps, sessionId: string): Promise<boolean> {
  for (const lane of [{ sessionId, campaignId: null }, ...(await outbox.listLanes(sessionId))]) {
    if ((await outbox.listDue(lane, clock.now(), 1)).length > 0) return true;
  }
  return false;
}

const hasDoubts = async ({ held, clock }: RequeueMetaSendsDeps, sessionId: string): Promise<boolean> =>
  (await held.list(sessionId)).some((one) => doubtIn(one, clock.now()) !== 'none');
