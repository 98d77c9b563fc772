import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { EventLog } from '../../../shared/domain/realtime/event-log.ts';
import { eventsFor, pushOf } from '../../../shared/domain/realtime/pushes.ts';
import type { Sockets } from '../../../shared/domain/realtime/sockets.ts';
import type { Subscriptions } from '../../../shared/domain/realtime/subscriptions.ts';
import type { Missed, Subscriber } from './read-missed.ts';

export interface ReplayDeps {
  readonly log: Pick<EventLog, 'readFrom'>;
  readonly subscriptions: Pick<Subscriptions, 'goLive'>;
  readonly sockets: Sockets;
}

const MOST_JOBS = 500;

/** Sends what was missed, and what is published meanwhile, in order; from then on the subscription is live. */
export const makeReplay = (deps: ReplayDeps) =>
  async (subscriber: Subscriber, missed: Missed): Promise<void> => {
    const { connectionId, workspaceId, channel, scopes } = subscriber;
    const sentJobs = new Set(missed.jobIds);
    if (!(await sendAll(deps, subscriber, missed.events))) return;
    let handedOver = await deps.subscriptions.goLive(channel, connectionId, [...sentJobs]);
    while (handedOver.length > 0) {
      const jobs = (await deps.log.readFrom(workspaceId, missed.fromMs, MOST_JOBS)).filter(({ id }) => !sentJobs.has(id));
      if (!(await sendAll(deps, subscriber, eventsFor(channel, scopes, jobs.flatMap(({ events }) => events))))) return;
      for (const id of [...handedOver, ...jobs.map((job) => job.id)]) sentJobs.add(id);
      handedOver = await deps.subscriptions.goLive(channel, connectionId, [...sentJobs]);
    }
  };
export type Replay = ReturnType<typeof makeReplay>;

/** `false`: the client cannot be reached, and has to come back. */
async function sendAll({ sockets }: ReplayDeps, { connectionId, channel }: Subscriber, events: readonly PublicEvent[]): Promise<boolean> {
  for (const event of events) {
    if ((await sockets.post(connectionId, JSON.stringify(pushOf(channel, event)))) === 'posted') continue;
    await sockets.close(connectionId);
    return false;
  }
  return true;
}
