import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { doubtIn, OUTCOME_UNKNOWN } from '../../../shared/domain/meta/held-doubt.ts';
import type { HeldMessages } from '../../../shared/domain/outbox/held-messages.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Report } from './report.ts';

export interface SettleHeldDeps {
  readonly held: Pick<HeldMessages, 'list'>;
  readonly report: Report;
  readonly clock: Clock;
}

/**
 * Messages whose sender died, or whose answer was lost: Meta may have them, so they are never sent again (I2). They are
 * shown as `unknown` until a status webhook tells, and given up after a day without one.
 */
export const makeSettleHeld = ({ held, report, clock }: SettleHeldDeps) =>
  async (session: Session): Promise<void> => {
    const now = clock.now();
    const at = new Date(now).toISOString();
    const events = (await held.list(session.id)).flatMap((one): SessionEvent[] => {
      const messageId = one.message.id;
      switch (doubtIn(one, now)) {
        case 'none':
          return [];
        case 'unknown':
          return [{ type: 'message.unknown', at, messageId }];
        case 'given-up':
          return [{ type: 'message.failed', at, messageId, failure: OUTCOME_UNKNOWN }];
      }
    });
    await report(session, events);
  };
export type SettleHeld = ReturnType<typeof makeSettleHeld>;
