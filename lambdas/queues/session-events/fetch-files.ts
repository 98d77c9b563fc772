import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { Received } from './receive-messages.ts';

export interface FetchFilesDeps {
  readonly enqueueMeta: EnqueueJobs<MetaSendJob>;
}

/** Has the files fetched that Meta told of: no instance does that for its numbers. Told again, it is looked at again. */
export async function fetchFiles({ enqueueMeta }: FetchFilesDeps, received: readonly Received[]): Promise<void> {
  const jobs = received.flatMap(({ message: { id: messageId, workspaceId, sessionId, media } }) =>
    media?.providerId === undefined ? [] : [{ v: 1 as const, kind: 'fetch-file' as const, workspaceId, sessionId, messageId, attempt: 0 }]);
  if (jobs.length > 0) await enqueueMeta(jobs);
}
