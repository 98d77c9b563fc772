import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import { FILE_PAUSES_SECONDS } from '../../../shared/domain/meta/file-pauses.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { timeOfMessageId } from '../../../shared/identity/message-identity.ts';
import type { BringFile, Brought } from './bring-file.ts';
import type { Report } from './report.ts';

export interface SettleFileDeps {
  readonly messages: Pick<Messages, 'get'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly accounts: Pick<MetaAccounts, 'get'>;
  readonly bringFile: BringFile;
  readonly report: Report;
  readonly enqueue: EnqueueJobs<MetaSendJob>;
  readonly clock: Clock;
}

type FileJob = Extract<MetaSendJob, { kind: 'fetch-file' }>;
type Settled = Exclude<Brought, { trouble: unknown }>;

/**
 * Sees to the file of one message that came in, and tells what became of it. After trouble it is tried again for a
 * quarter of an hour. One that was given up is fetched all the same if it is asked for again. Throws `message_not_found`.
 */
export const makeSettleFile = (deps: SettleFileDeps) =>
  async (job: FileJob): Promise<void> => {
    const message = await deps.messages.get(job.workspaceId, job.messageId);
    const { media } = message;
    if (media?.providerId === undefined || media.status === 'stored') return;
    const session = await deps.sessions.find(job.sessionId);
    if (!session || session.desired === 'deleted') return;
    const file = { workspaceId: job.workspaceId, type: message.type, media: { ...media, providerId: media.providerId } };
    const brought = await deps.bringFile(await deps.accounts.get(session.id), file);
    const delaySeconds = FILE_PAUSES_SECONDS[job.attempt];
    if ('trouble' in brought && delaySeconds !== undefined) return deps.enqueue([{ ...job, attempt: job.attempt + 1 }], { delaySeconds });
    await deps.report(session, [eventOf(message, 'trouble' in brought ? { failure: brought.trouble } : brought, deps.clock.now())]);
  };

/** Named as its message was when it came: by peer, time and wire id. */
function eventOf({ id, peer, wireId, media }: StoredMessage, settled: Settled, now: number): SessionEvent {
  const stored = 'stored' in settled && media ? { id: media.id, filename: media.filename, ...settled.stored } : null;
  return {
    type: 'message.media', at: new Date(timeOfMessageId(id)).toISOString(), settledAt: new Date(now).toISOString(), wireId: wireId ?? '', peer,
    media: stored,
    failure: 'failure' in settled ? settled.failure : null,
  };
}
