import { MOST_SUBSCRIPTIONS, parseChannel, type ServerReply } from '../../../shared/contracts/realtime.ts';
import type { Chats } from '../../../shared/domain/chats/chats.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Connection } from '../../../shared/domain/realtime/connections.ts';
import type { Sockets } from '../../../shared/domain/realtime/sockets.ts';
import type { Subscriptions } from '../../../shared/domain/realtime/subscriptions.ts';
import type { ReadMissed } from './read-missed.ts';
import type { Replay } from './replay.ts';
import { SocketRefusal } from './socket-refusal.ts';

export interface SubscribeDeps {
  readonly chats: Pick<Chats, 'get'>;
  readonly subscriptions: Pick<Subscriptions, 'add'>;
  readonly readMissed: ReadMissed;
  readonly replay: Replay;
  readonly sockets: Pick<Sockets, 'post'>;
  readonly clock: Clock;
}

export interface SubscribeRequest {
  readonly channel: string;
  /** Event id or RFC 3339 time; default: what a young connection was opened with. */
  readonly since?: string | undefined;
}

/** Longer than a function may run: if it dies half-way, events flow again after that. */
const REPLAY_LIMIT_MS = 30_000;
/** For so long after it connected, what a connection missed is sent to each channel it subscribes to. */
const CATCHES_UP_FOR_MS = 60_000;

/** Subscribes a connection to a channel of its workspace, and sends what it missed there. Throws a SocketRefusal. */
export const makeSubscribe = (deps: SubscribeDeps) =>
  async (connection: Connection, { channel, since = sinceOf(connection, deps.clock) }: SubscribeRequest): Promise<void> => {
    await authorize(deps, connection, channel);
    const say = (reply: ServerReply) => deps.sockets.post(connection.id, JSON.stringify(reply));
    if (since === undefined) {
      await add(deps, connection, channel, null);
      await say({ type: 'subscribed', channel });
      return;
    }
    await add(deps, connection, channel, deps.clock.now() + REPLAY_LIMIT_MS);
    const subscriber = { connectionId: connection.id, workspaceId: connection.workspaceId, scopes: connection.scopes, channel };
    const missed = await deps.readMissed(subscriber, since);
    await say({ type: 'subscribed', channel, missed: missed.events.length, gap: missed.hasGap });
    await deps.replay(subscriber, missed);
  };
export type Subscribe = ReturnType<typeof makeSubscribe>;

const sinceOf = ({ since, connectedAt }: Connection, clock: Clock): string | undefined =>
  since !== null && clock.now() - connectedAt < CATCHES_UP_FOR_MS ? since : undefined;

async function add({ subscriptions }: SubscribeDeps, { id, scopes }: Connection, channel: string, replayingUntil: number | null): Promise<void> {
  const outcome = await subscriptions.add({ channel, connectionId: id, scopes, replayingUntil }, MOST_SUBSCRIPTIONS);
  if (outcome === 'too-many') {
    throw new SocketRefusal('too_many_subscriptions', `A connection may have ${MOST_SUBSCRIPTIONS} subscriptions. Unsubscribe from some, or open another.`);
  }
  if (outcome === 'gone') throw new SocketRefusal('connection_expired', 'This connection has ended. Connect again.');
}

/** What belongs to another workspace is as good as not there (I6). */
async function authorize({ chats }: SubscribeDeps, { workspaceId, scopes }: Connection, name: string): Promise<void> {
  const channel = parseChannel(name);
  if (channel?.workspaceId !== workspaceId) throw channelNotFound();
  if (channel.chatId === undefined) return; // each event in it is held against the scopes
  if (!scopes.includes('messages:read')) throw new SocketRefusal('missing_scope', 'This key needs the scope messages:read for the channel of a chat.');
  await chats.get(workspaceId, channel.chatId).catch((error: unknown) => {
    throw error instanceof DomainError && error.kind === 'not-found' ? channelNotFound() : error;
  });
}

const channelNotFound = (): SocketRefusal =>
  new SocketRefusal('channel_not_found', 'There is no such channel in this workspace. Channels are workspace.{id} and workspace.{id}.chat.{chatId}.');
