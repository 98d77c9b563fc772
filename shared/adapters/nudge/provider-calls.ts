import type { MetaSendJob } from '../../contracts/jobs.ts';
import type { InstanceCommand } from '../../contracts/nudge.ts';
import type { EnqueueJobs } from '../../domain/job-queue.ts';
import type { InstanceCalls, OwnedSession } from '../../domain/sessions/instance-calls.ts';
import { loggableError } from '../../observability/loggable-error.ts';
import { logger } from '../../observability/logger.ts';
import { coalesce } from './coalesce.ts';

/**
 * Calls whoever sends for a session: its instance, or for a number on Meta's Cloud API the sender behind a queue. A job
 * that is lost costs a minute, until `requeue-work` looks.
 */
export function providerCalls(fleet: InstanceCalls, enqueue: EnqueueJobs<MetaSendJob>): InstanceCalls {
  const put = async (job: MetaSendJob): Promise<boolean> =>
    enqueue([job]).then(
      () => true,
      (error: unknown) => {
        logger.warn('A job for the Meta sender was not queued', { sessionId: job.sessionId, failure: loggableError(error) });
        return false;
      },
    );
  const wakeOnce = coalesce((sessionId: string) => put({ v: 1, kind: 'send', sessionId }));

  return {
    async nudge(session, about) {
      if (session.provider !== 'meta') return fleet.nudge(session, about);
      if (about === 'outbox') await wakeOnce(session.id, session.id);
    },
    async command(session, command) {
      if (session.provider !== 'meta') return fleet.command(session, command);
      if (command.command === 'watch-presence') return false; // Meta tells nobody who is online
      const hasNothingToDo = command.command === 'typing' && !command.isTyping; // Meta's own ends by itself
      return hasNothingToDo || put(actOf(session, command));
    },
    checkNumbers: async (session, numbers) => (session.provider === 'meta' ? undefined : fleet.checkNumbers(session, numbers)), // Meta tells nobody
  };
}

function actOf({ id: sessionId, workspaceId = '' }: OwnedSession, { command: kind, peer }: Exclude<InstanceCommand, { command: 'watch-presence' }>): MetaSendJob {
  return { v: 1, kind, workspaceId, sessionId, peer };
}
