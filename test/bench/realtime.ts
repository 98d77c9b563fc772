import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { type Arrived, RealtimeClient } from '../../local/client/realtime-client.ts';
import { until } from '../../local/client/until.ts';
import { dynamoEventLog } from '../../shared/adapters/dynamodb/dynamo-event-log.ts';
import { sqsSessionEvents } from '../../shared/adapters/sqs/sqs-session-events.ts';
import type { ChatView } from '../../shared/contracts/api/messages.ts';
import type { SessionEventBatch } from '../../shared/contracts/session-events.ts';
import { Stack } from '../e2e/stack.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { percentile, round } from './statistics.ts';

const SOCKETS = 1_000;
const SESSIONS = 10;
const CHATS = 100;
const EVENTS = 600;
const EVENTS_A_SECOND = 20;
const BROADCASTS = 10;
const BROADCAST_PAUSE_MS = 3_000;
const TIMEOUT_MS = 120_000;
const MOST_LOGGED = 100_000;
const aws = { region: 'eu-central-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };

/** Chat `n` is one of session `n % SESSIONS`. */
const sessionOf = (chat: number): number => chat % SESSIONS;
const peerOf = (chat: number): string => `+4915${400_000_000 + chat}`;

type Report = (chats: readonly number[]) => Promise<void>;

/** Puts messages that came in, all for one session, on the queue of session events, as an instance does. */
async function reporter({ local, blazz }: Stack): Promise<Report> {
  const sqs = new SQSClient({ ...aws, endpoint: local.endpoints.sqs, useQueueUrlAsEndpoint: false });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const queue = sqsSessionEvents(sqs, QueueUrls.find((url) => /SessionEventsQueue/.test(url)) ?? '');
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, (_, n) => blazz.createSession({ name: `bench ${n}`, autoStart: false })));
  let sent = 0;
  return async (chats) => {
    const at = new Date().toISOString();
    const sessionId = sessions[sessionOf(chats[0] ?? 0)]?.id ?? '';
    const events = chats.map((chat) => ({
      type: 'message.received', at, observedAt: at, wireId: `bench-${sent}-${chat}`, peer: peerOf(chat), author: null, senderName: null,
      messageType: 'text', text: 'Is this still available?', replyToWireId: null, media: null,
    }) as const);
    const sequence = `0000000000-${String(++sent).padStart(10, '0')}`;
    const batch: SessionEventBatch = { v: 1, workspaceId: local.workspaceId, sessionId, instanceId: 'ins_bench', fencingToken: 0, sequence, events };
    await queue.send(batch);
  };
}

async function openChats({ blazz }: Stack, report: Report): Promise<readonly ChatView[]> {
  const all = Array.from({ length: CHATS }, (_, chat) => chat);
  await Promise.all([...Map.groupBy(all, sessionOf).values()].map(report));
  return until(
    async () => {
      const chats = await blazz.all<ChatView>('/v1/chats');
      return chats.length === CHATS && chats.sort((a, b) => (a.peer < b.peer ? -1 : 1));
    },
    { what: 'the chats' },
  );
}

/** Sockets that each subscribe to one of the channels, in turn. */
async function connect({ local }: Stack, count: number, channels: readonly string[]): Promise<RealtimeClient[]> {
  const limit = pLimit(20);
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      limit(async () => {
        const client = await RealtimeClient.connect(local.realtime ?? '', { token: local.apiKey });
        const reply = await client.ask({ action: 'subscribe', channel: channels[n % channels.length] ?? '' });
        if (reply.type !== 'subscribed') throw new Error(`not subscribed: ${JSON.stringify(reply)}`);
        return client;
      }),
    ),
  );
}

/** When each event was published: its consumer had written the tables. Unix ms by event id. */
async function publishedAt({ local }: Stack): Promise<ReadonlyMap<string, number>> {
  const doc = DynamoDBDocumentClient.from(new DynamoDBClient({ ...aws, endpoint: local.endpoints.dynamodb }));
  const jobs = await dynamoEventLog(doc, local.tables['core'] ?? '').readFrom(local.workspaceId, 0, MOST_LOGGED);
  doc.destroy();
  return new Map(jobs.flatMap(({ at, events }) => events.map(({ id }) => [id, at] as const)));
}

/** Waits until so many events have arrived at the clients, and forgets what arrived before. */
async function arrived(clients: readonly RealtimeClient[], expected: number): Promise<readonly Arrived[]> {
  const count = () => clients.reduce((sum, client) => sum + client.pushes.length, 0);
  await until(async () => count() >= expected, { what: `${expected} arrivals`, timeoutMs: TIMEOUT_MS });
  return clients.flatMap(({ pushes }) => pushes.splice(0));
}

async function figures(stack: Stack, pushes: readonly Arrived[]): Promise<Row['figures']> {
  const published = await publishedAt(stack);
  const times = pushes.map(({ atMs, event }) => atMs - (published.get(event.id) ?? Number.NaN));
  return { arrivals: times.length, 'p50 ms': round(percentile(times, 50), 0), 'p99 ms': round(percentile(times, 99), 0), 'longest ms': Math.max(...times) };
}

async function steady(stack: Stack, report: Report, { scale, progress }: BenchOptions): Promise<Row> {
  const chats = await openChats(stack, report);
  const sockets = Math.round(SOCKETS * scale);
  const events = Math.round(EVENTS * scale);
  progress(`connecting ${sockets} sockets`);
  const channels = chats.map(({ id }) => `workspace.${stack.local.workspaceId}.chat.${id}`);
  const clients = await connect(stack, sockets, channels);
  const comeIn = async (count: number): Promise<readonly Arrived[]> => {
    progress(`${count} messages come in, ${EVENTS_A_SECOND} a second`);
    for (let n = 0; n < count; n++) {
      await Promise.all([report([n % CHATS]), delay(1_000 / EVENTS_A_SECOND)]);
    }
    return arrived(clients, (count * sockets) / CHATS);
  };
  await comeIn(CHATS); // warm, and past what the chats themselves were announced with
  const what = `${sockets} sockets, ${Math.round(sockets / CHATS)} to a chat; ${EVENTS_A_SECOND} messages a second come in, to ${SESSIONS} sessions`;
  const row = { what, figures: await figures(stack, await comeIn(events)) };
  await Promise.all(clients.map((client) => client.close()));
  return row;
}

async function broadcast(stack: Stack, report: Report, { scale, progress }: BenchOptions): Promise<Row> {
  const sockets = Math.round(SOCKETS * scale);
  progress(`connecting ${sockets} sockets to one channel`);
  const clients = await connect(stack, sockets, [`workspace.${stack.local.workspaceId}`]);
  for (let n = 0; n < BROADCASTS; n++) {
    await Promise.all([report([0]), delay(BROADCAST_PAUSE_MS)]);
  }
  const row = { what: `one message to all ${sockets} sockets, ${BROADCASTS} times`, figures: await figures(stack, await arrived(clients, BROADCASTS * sockets)) };
  await Promise.all(clients.map((client) => client.close()));
  return row;
}

async function measure(stack: Stack, options: BenchOptions): Promise<readonly Row[]> {
  const report = await reporter(stack);
  return [await steady(stack, report, options), await broadcast(stack, report, options)];
}

export const realtime: Measurement = {
  name: 'realtime',
  title: 'From event to socket',
  run: (options) => withStack(() => Stack.start({ args: ['--instances', '1'] }), (stack) => measure(stack, options)),
};
