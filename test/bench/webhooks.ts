import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from '../../local/client/until.ts';
import type { PublicEvent } from '../../shared/contracts/public-event.ts';
import { Stack } from '../e2e/stack.ts';
import { EventFeed, EVENTS_A_BATCH } from './event-feed.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { percentile, round } from './statistics.ts';

const RATE = 300;
const SECONDS = 30;
const WARM_UP = 1_500;
const TIMEOUT_MS = 180_000;

/** Takes everything at once, or never answers; keeps how long each event was on its way, in ms. */
class Receiver {
  readonly latencies = new Map<string, number>();
  readonly #server: Server;

  private constructor(answers: boolean) {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        if (!answers) return;
        const { id, data } = JSON.parse(body) as PublicEvent;
        if (!this.latencies.has(id)) this.latencies.set(id, Date.now() - Number(data['madeAt']));
        response.writeHead(204).end();
      });
    });
  }

  static async start({ answers }: { readonly answers: boolean }): Promise<Receiver> {
    const receiver = new Receiver(answers);
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

interface Load {
  readonly what: string;
  readonly workspaceId: string;
  readonly rate: number;
  readonly count: number;
}

async function measureLoad(feed: EventFeed, receiver: Receiver, { what, workspaceId, rate, count }: Load): Promise<Row> {
  receiver.latencies.clear();
  const startedAt = performance.now();
  await feed.send(workspaceId, count, rate);
  const depth = await feed.depth();
  const missing = count - receiver.latencies.size;
  await until(async () => receiver.latencies.size >= count, { what: `${count} events`, timeoutMs: TIMEOUT_MS, everyMs: 10 });
  const perSecond = (count * 1_000) / (performance.now() - startedAt);
  const latencies = [...receiver.latencies.values()];
  return {
    what: `${what}, ${count} events`,
    figures: {
      'delivered/s': round(perSecond, 0),
      'p50 ms': percentile(latencies, 50),
      'p99 ms': percentile(latencies, 99),
      'on their way when the last was published': missing,
      'queued jobs then': depth,
    },
  };
}

async function measure(stack: Stack, { scale, progress }: BenchOptions): Promise<readonly Row[]> {
  const [receiver, silent] = [await Receiver.start({ answers: true }), await Receiver.start({ answers: false })];
  const feed = await EventFeed.open(stack.local);
  const count = Math.round((RATE * SECONDS * scale) / EVENTS_A_BATCH) * EVENTS_A_BATCH;
  const { workspaceId } = stack.local;
  const { id: otherWorkspaceId } = await stack.stranger.get<{ id: string }>('/v1/workspaces/current');
  try {
    await stack.blazz.post('/v1/webhooks', { url: receiver.url, events: ['message.received'] });
    progress('warm-up');
    await measureLoad(feed, receiver, { what: 'warm-up', workspaceId, rate: RATE, count: WARM_UP });
    progress(`${RATE} events/s`);
    const steady = await measureLoad(feed, receiver, { what: `${RATE} events/s`, workspaceId, rate: RATE, count });
    progress('as fast as it goes');
    const flood = await measureLoad(feed, receiver, { what: 'as fast as they can be published', workspaceId, rate: Infinity, count });
    progress('beside an endpoint that never answers');
    await stack.stranger.post('/v1/webhooks', { url: silent.url, events: ['message.received'] });
    const noise = feed.send(otherWorkspaceId, count / 3, RATE / 3);
    const what = `${RATE} events/s beside ${RATE / 3} events/s of another workspace to an endpoint that never answers`;
    const beside = await measureLoad(feed, receiver, { what, workspaceId, rate: RATE, count });
    await noise;
    return [steady, flood, beside];
  } finally {
    feed.close();
    receiver.close();
    silent.close();
  }
}

const MEMORY = '/dev/shm'; // the emulator's disk is no part of Blazz
const HOST = {
  args: ['--instances', '0'],
  env: { BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true' },
  ...(existsSync(MEMORY) && { under: MEMORY }),
};

/** From `publish` to the receiver; what stands before it is measured with the messages. */
export const webhooks: Measurement = {
  name: 'webhooks',
  title: 'Webhooks',
  run: (options) => withStack(() => Stack.start(HOST), (stack) => measure(stack, options)),
};
