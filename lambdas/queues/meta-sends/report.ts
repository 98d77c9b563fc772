import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { SessionEventQueue } from '../../../shared/domain/session-events/session-event-queue.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { arrivalKey } from '../../../shared/identity/arrival-key.ts';
import type { Sent } from './send-claimed.ts';

export interface ReportDeps {
  readonly events: SessionEventQueue;
  readonly clock: Clock;
}

const EVENTS_A_BATCH = 200;

/** Tells the consumer of session events, which alone writes what became of messages and sessions. */
export const makeReport = ({ events, clock }: ReportDeps) =>
  async ({ id, workspaceId, fencingToken }: Session, all: readonly SessionEvent[]): Promise<void> => {
    for (let from = 0; from < all.length; from += EVENTS_A_BATCH) {
      const some = all.slice(from, from + EVENTS_A_BATCH);
      const sequence = arrivalKey('meta-sends', id, String(clock.now()), JSON.stringify(some));
      await events.send({ v: 1, workspaceId, sessionId: id, instanceId: 'meta-sends', fencingToken, sequence, numbered: 'on-arrival', events: some });
    }
  };
export type Report = ReturnType<typeof makeReport>;

/** What to tell of a message: nothing of one that waits. */
export function eventOf({ message: { id: messageId }, verdict }: Sent, at: string): readonly SessionEvent[] {
  switch (verdict.kind) {
    case 'sent':
      return [{ type: 'message.sent', at, messageId, wireId: verdict.wamid }];
    case 'unknown':
      return [{ type: 'message.unknown', at, messageId }];
    case 'failed':
      return [{ type: 'message.failed', at, messageId, failure: verdict.failure }];
    case 'later':
      return [];
  }
}

/** A number Meta refuses to send from needs a person; once it sends again it is well. `status`: as the session stands. */
export function numberEvents(sent: readonly Sent[], { status, phoneNumber }: Pick<Session, 'status' | 'phoneNumber'>, at: string): readonly SessionEvent[] {
  const troubled = sent.find(({ verdict }) => verdict.kind === 'failed' && verdict.trouble !== undefined)?.verdict;
  if (troubled?.kind === 'failed' && troubled.trouble === 'number') {
    return [{ type: 'session.status', at, status: 'action_required', reason: 'error', details: troubled.failure.detail, phoneNumber }];
  }
  if (troubled?.kind === 'failed') {
    return [{ type: 'session.warning', at, source: 'whatsapp_rate_limiter', code: 'ban_sign', detail: troubled.failure.detail }];
  }
  const isWellAgain = status === 'action_required' && sent.some(({ verdict }) => verdict.kind === 'sent');
  return isWellAgain ? [{ type: 'session.status', at, status: 'connected', reason: null, details: null, phoneNumber }] : [];
}
