import type { InstanceCalls } from '../sessions/instance-calls.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';

export interface WakeSessionsDeps {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly calls: Pick<InstanceCalls, 'nudge'>;
}

/** Tells the owners of sessions to look at their outbox. A hint: what cannot be reached is left out. */
export const makeWakeSessions = ({ sessions, calls }: WakeSessionsDeps) =>
  async (sessionIds: readonly string[]): Promise<void> => {
    const found = await Promise.allSettled(sessionIds.map((id) => sessions.find(id)));
    const awake = found.flatMap((result): Session[] => (result.status === 'fulfilled' && result.value ? [result.value] : []));
    await Promise.all(awake.map((session) => calls.nudge(session, 'outbox')));
  };
export type WakeSessions = ReturnType<typeof makeWakeSessions>;
