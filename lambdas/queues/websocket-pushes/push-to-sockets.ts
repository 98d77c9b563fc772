import pLimit from 'p-limit';
import type { PushJob } from '../../../shared/contracts/realtime.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { Connections } from '../../../shared/domain/realtime/connections.ts';
import type { EventLog } from '../../../shared/domain/realtime/event-log.ts';
import { channelsOf } from '../../../shared/domain/realtime/pushes.ts';
import type { Sockets } from '../../../shared/domain/realtime/sockets.ts';
import type { Subscription, Subscriptions } from '../../../shared/domain/realtime/subscriptions.ts';
import { logger } from '../../../shared/observability/logger.ts';
import { outgoing, type Outgoing } from './outgoing.ts';

export interface PushToSocketsDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly subscriptions: Pick<Subscriptions, 'listOf' | 'handOver' | 'remove'>;
  readonly connections: Pick<Connections, 'drop'>;
  readonly sockets: Sockets;
  readonly clock: Clock;
}

const CONNECTIONS_AT_ONCE = 50; // as many as the SDK's client has sockets

/**
 * Sends the events of one job to whoever subscribed to their channels: each connection gets its own one after the other,
 * all connections at once. One that cannot be reached in time is closed, so that it comes back for what it missed.
 */
export const makePushToSockets = (deps: PushToSocketsDeps) =>
  async (job: PushJob): Promise<void> => {
    await deps.log.append(job); // first: who subscribes from here on finds it there
    const channels = [...new Set(job.events.flatMap(channelsOf))];
    const subscribers = new Map(await Promise.all(channels.map(async (channel) => [channel, await liveOf(deps, channel, job.id)] as const)));
    const limit = pLimit(CONNECTIONS_AT_ONCE);
    await Promise.all(outgoing(job.events, subscribers).map((own) => limit(() => send(deps, own))));
  };

/** The subscribers this job is ours to send to: not those to whom it goes, or went, with what they missed. */
async function liveOf({ subscriptions, clock }: PushToSocketsDeps, channel: string, jobId: string): Promise<readonly Subscription[]> {
  const now = clock.now();
  const isOurs = async ({ connectionId, replayingUntil, replayed }: Subscription): Promise<boolean> => {
    if (replayed.includes(jobId)) return false;
    const isReplaying = replayingUntil !== null && replayingUntil > now;
    return !isReplaying || !(await subscriptions.handOver(channel, connectionId, jobId));
  };
  const all = await subscriptions.listOf(channel);
  const ours = await Promise.all(all.map(isOurs));
  return all.filter((_, i) => ours[i]);
}

async function send(deps: PushToSocketsDeps, { connectionId, channels, texts }: Outgoing): Promise<void> {
  for (const text of texts) {
    const outcome = await deps.sockets.post(connectionId, text);
    if (outcome === 'posted') continue;
    logger.info('Connection dropped', { connectionId, outcome });
    if (outcome === 'failed') await deps.sockets.close(connectionId);
    await deps.connections.drop(connectionId);
    await Promise.all(channels.map((channel) => deps.subscriptions.remove(channel, connectionId))); // also one made while it was dropped
    return;
  }
}
