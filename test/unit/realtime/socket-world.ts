import { makeAnswerMessage } from '../../../lambdas/websocket/connections/answer-message.ts';
import { makeConnect } from '../../../lambdas/websocket/connections/connect.ts';
import { makeReadMissed } from '../../../lambdas/websocket/connections/read-missed.ts';
import { makeReplay } from '../../../lambdas/websocket/connections/replay.ts';
import { makeSubscribe } from '../../../lambdas/websocket/connections/subscribe.ts';
import { makePushToSockets } from '../../../lambdas/queues/websocket-pushes/push-to-sockets.ts';
import type { Scope } from '../../../shared/contracts/api/common.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { PostOutcome } from '../../../shared/domain/realtime/sockets.ts';
import { hashApiKey, newApiKey } from '../../../shared/identity/api-key.ts';
import { SESSION, WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aPushJob } from '../../support/builders/realtime.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryApiKeys } from '../../support/fakes/memory-api-keys.ts';
import { memoryChats } from '../../support/fakes/memory-chats.ts';
import { memoryRealtime, recordedSockets } from '../../support/fakes/memory-realtime.ts';

const ALL: readonly Scope[] = ['sessions:read', 'messages:read', 'campaigns:read'];

/** The functions behind the WebSocket API on stores in memory, with sockets that write down what they are sent. */
export async function socketWorld() {
  const clock = new FakeClock();
  const stores = memoryRealtime();
  const apiKeys = memoryApiKeys();
  const chats = memoryChats();
  const unreachable = new Map<string, PostOutcome>();
  const sockets = recordedSockets((connectionId) => unreachable.get(connectionId) ?? 'posted');
  const readMissed = makeReadMissed({ ...stores, clock });
  const replay = makeReplay({ ...stores, sockets });
  const subscribe = makeSubscribe({ ...stores, chats, readMissed, replay, sockets, clock });
  const connect = makeConnect({ ...stores, apiKeys, clock });
  const answer = makeAnswerMessage({ ...stores, apiKeys, subscribe, sockets, clock });
  const push = makePushToSockets({ ...stores, sockets, clock });
  let drawn = 0;

  async function aKey(scopes: readonly Scope[] = ALL, workspaceId = WORKSPACE): Promise<string> {
    const key = newApiKey();
    const base = { id: `key_${drawn++}`, name: 'Key', preview: '', createdAt: 0, lastUsedAt: null };
    await apiKeys.insert({ ...base, workspaceId, scopes, hash: hashApiKey(key) });
    return key;
  }

  return {
    ...stores, clock, apiKeys, sockets, unreachable, connect, push, aKey,

    async aConnection(scopes?: readonly Scope[], query: Readonly<Record<string, string>> = {}, workspaceId?: string): Promise<string> {
      const connectionId = `connection-${drawn++}`;
      await connect({ connectionId, query: { token: await aKey(scopes, workspaceId), ...query } });
      return connectionId;
    },

    /** A chat of the workspace. */
    async aChat(): Promise<string> {
      const activity = { workspaceId: WORKSPACE, sessionId: SESSION, peer: '+4915300000001', at: clock.now(), preview: null, unread: 0, sequence: '1' };
      return (await chats.touch(activity)).chat.id;
    },

    say: (connectionId: string, message: unknown) =>
      answer({ connectionId, text: typeof message === 'string' || message === undefined ? message : JSON.stringify(message) }),

    /** What the connection was last told that is no event. */
    replyTo: (connectionId: string) => sockets.to(connectionId).findLast((message) => 'type' in message),

    /** The ids of the events that the connection got, in order. */
    eventsTo: (connectionId: string) => sockets.to(connectionId).flatMap((message) => ('event' in message ? [(message['event'] as PublicEvent).id] : [])),

    /** Publishes the events as one job, now. */
    publish: (...events: PublicEvent[]) => push(aPushJob(clock.now(), events)),
  };
}
export type SocketWorld = Awaited<ReturnType<typeof socketWorld>>;
