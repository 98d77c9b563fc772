import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from '../../local/client/until.ts';
import type { BlazzClient } from '../../local/client/blazz-client.ts';
import type { PublicEvent } from '../../shared/contracts/public-event.ts';
import { Stack } from '../e2e/stack.ts';
import { EventFeed, type FedSession } from './event-feed.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { percentile, round } from './statistics.ts';

const SESSIONS = 50;
const RATE = 300;
const SECONDS = 30;
const WARM_UP = 600;
const TIMEOUT_MS = 180_000;

/** Takes everything at once, or never answers; keeps how long each event was on its way, in ms. */
class Receiver {
  latencies = new Map<string, number>();
  #server: Server;

  private constructor(hangs: boolean) {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        if (hangs) return;
        const { id, data } = JSON.parse(body) as PublicEvent;
        if (!this.latencies.has(id)) this.latencies.set(id, Date.now() - Number(data['text']));
        response.writeHead(204).end();
      });
    });
  }

  static async start(hangs = false): Promise<Receiver> {
    const receiver = new Receiver(hangs);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function sessionsOf(blazz: BlazzClient): Promise<FedSession[]> {
  const made: FedSession[] = [];
  for (let n = 0; n < SESSIONS; n++) made.push(await blazz.createSession({ name: `bench ${n}`, autoStart: false }));
  return made;
}

interface Load {
  readonly what: string;
  readonly rate: number;
  readonly count: number;
}

async function measureLoad(feed: EventFeed, receiver: Receiver, sessions: readonly FedSession[], { what, rate, count }: Load): Promise<Row> {
  receiver.latencies.clear();
  const startedAt = performance.now();
  await feed.send(sessions, count, rate);
  const [depth, missing] = [await feed.depth(), count - receiver.latencies.size];
  await until(async () => receiver.latencies.size >= count, { what: `${count} events, of which ${receiver.latencies.size} came`, timeoutMs: TIMEOUT_MS });
  const perSecond = (count * 1_000) / (performance.now() - startedAt);
  const latencies = [...receiver.latencies.values()];
  return {
    what: `${what}, ${count} events`,
    figures: {
      'delivered/s': round(perSecond, 0),
      'p50 ms': percentile(latencies, 50),
      'p99 ms': percentile(latencies, 99),
      'on their way when the last was sent': missing,
      'queued jobs then': depth,
    },
  };
}

async function measure(stack: Stack, { scale, progress }: BenchOptions): Promise<readonly Row[]> {
  const [receiver, hanging] = [await Receiver.start(), await Receiver.start(true)];
  const feed = await EventFeed.open(stack.local.endpoints.sqs);
  const count = Math.round((RATE * SECONDS * scale) / 30) * 30;
  try {
    await stack.blazz.post('/v1/webhooks', { url: receiver.url, events: ['message.received'] });
    const sessions = await sessionsOf(stack.blazz);
    progress('warm-up');
    await measureLoad(feed, receiver, sessions, { what: 'warm-up', rate: RATE, count: WARM_UP });
    progress(`${RATE} events/s`);
    const steady = await measureLoad(feed, receiver, sessions, { what: `${RATE} events/s for ${count / RATE} s`, rate: RATE, count });
    progress('as fast as it goes');
    const flood = await measureLoad(feed, receiver, sessions, { what: 'all at once', rate: Infinity, count });
    progress('beside an endpoint that never answers');
    await stack.stranger.post('/v1/webhooks', { url: hanging.url, events: ['message.received'] });
    const others = await sessionsOf(stack.stranger);
    const noise = feed.send(others, count / 3, RATE / 3);
    const beside = await measureLoad(feed, receiver, sessions, { what: `${RATE / 3 * 2} events/s beside ${RATE / 3} events/s of another workspace to an endpoint that never answers`, rate: (RATE / 3) * 2, count: Math.round((count * 2) / 90) * 30 });
    await noise;
    return [steady, flood, beside];
  } finally {
    feed.close();
    receiver.close();
    hanging.close();
  }
}

const HOST = { args: ['--instances', '0'], env: { BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true' } };

export const webhooks: Measurement = {
  name: 'webhooks',
  title: 'Webhooks',
  run: (options) => withStack(() => Stack.start(HOST), (stack) => measure(stack, options)),
};
