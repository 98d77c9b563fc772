import type { PushJob } from '../../../shared/contracts/realtime.ts';
import type { Connection, Connections, Listening } from '../../../shared/domain/realtime/connections.ts';
import type { EventLog } from '../../../shared/domain/realtime/event-log.ts';
import type { PostOutcome, Sockets } from '../../../shared/domain/realtime/sockets.ts';
import type { Subscription, Subscriptions } from '../../../shared/domain/realtime/subscriptions.ts';

interface Held extends Subscription {
  readonly handed: readonly string[];
}

/** Connections, subscriptions, log and all in memory: keep the same contract as the DynamoDB adapters. */
export function memoryRealtime() {
  const open = new Map<string, Connection>();
  const channels = new Map<string, Map<string, Held>>();
  const listeners = new Map<string, { since: number; until: number }>();
  const jobs = new Map<string, PushJob>();
  const held = (channel: string) => channels.get(channel) ?? channels.set(channel, new Map()).get(channel)!;
  const countOf = (connectionId: string) => [...channels.values()].filter((subscribers) => subscribers.has(connectionId)).length;

  const connections: Connections = {
    async insert(connection) {
      open.set(connection.id, connection);
    },
    find: async (id) => open.get(id),
    async noteSeen(id, atMs) {
      const connection = open.get(id);
      if (connection) open.set(id, { ...connection, lastSeenAt: atMs });
      return connection !== undefined;
    },
    async drop(id) {
      open.delete(id);
      for (const subscribers of channels.values()) subscribers.delete(id);
    },
    async listSilent(beforeMs, limit) {
      const silent = [...open.values()].filter(({ lastSeenAt }) => lastSeenAt < beforeMs).sort((a, b) => a.lastSeenAt - b.lastSeenAt);
      return silent.slice(0, limit).map(({ id }) => id);
    },
  };

  const subscriptions: Subscriptions = {
    async add({ channel, connectionId, scopes, replayingUntil }, limit) {
      if (!open.has(connectionId)) return 'gone';
      if (!held(channel).has(connectionId) && countOf(connectionId) >= limit) return 'too-many';
      held(channel).set(connectionId, { connectionId, scopes, replayingUntil, replayed: [], handed: [] });
      return 'added';
    },
    async remove(channel, connectionId) {
      held(channel).delete(connectionId);
    },
    listOf: async (channel) => [...held(channel).values()].map(({ handed: _handed, ...subscription }) => subscription),
    async handOver(channel, connectionId, jobId) {
      const subscription = held(channel).get(connectionId);
      if (!subscription || subscription.replayed.includes(jobId)) return true;
      if (subscription.replayingUntil === null) return false;
      held(channel).set(connectionId, { ...subscription, handed: [...subscription.handed, jobId] });
      return true;
    },
    async goLive(channel, connectionId, replayed) {
      const subscription = held(channel).get(connectionId);
      const missing = subscription?.handed.filter((jobId) => !replayed.includes(jobId)) ?? [];
      if (subscription && missing.length === 0) held(channel).set(connectionId, { ...subscription, replayingUntil: null, replayed, handed: [] });
      return missing;
    },
  };

  const listening: Listening = {
    async note(workspaceId, nowMs, untilMs) {
      const before = listeners.get(workspaceId);
      listeners.set(workspaceId, { since: before && before.until >= nowMs ? before.since : nowMs, until: untilMs });
    },
    async since(workspaceId, nowMs) {
      const found = listeners.get(workspaceId);
      return found && found.until >= nowMs ? found.since : undefined;
    },
  };

  const log: EventLog = {
    async append(job) {
      if (!jobs.has(job.id)) jobs.set(job.id, job);
    },
    async readFrom(workspaceId, fromMs, limit) {
      const found = [...jobs.values()].filter((job) => job.workspaceId === workspaceId && job.at >= fromMs);
      return found.sort((a, b) => a.at - b.at).slice(-limit);
    },
  };

  return { connections, subscriptions, listening, log };
}

export interface RecordedSockets extends Sockets {
  readonly posted: { readonly connectionId: string; readonly message: Record<string, unknown> }[];
  readonly closed: string[];
  to(connectionId: string): Record<string, unknown>[];
}

/** Sockets that write down what is posted; `outcomeOf` decides what becomes of it. */
export function recordedSockets(outcomeOf: (connectionId: string) => PostOutcome | Promise<PostOutcome> = () => 'posted'): RecordedSockets {
  const posted: RecordedSockets['posted'] = [];
  const closed: string[] = [];
  return {
    posted,
    closed,
    to: (connectionId) => posted.filter((post) => post.connectionId === connectionId).map(({ message }) => message),
    async post(connectionId, text) {
      const outcome = await outcomeOf(connectionId);
      if (outcome === 'posted') posted.push({ connectionId, message: JSON.parse(text) as Record<string, unknown> });
      return outcome;
    },
    async close(connectionId) {
      closed.push(connectionId);
    },
  };
}
