import { Agent, request } from 'undici';
import { Stack } from '../e2e/stack.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { median, percentile, round } from './statistics.ts';

const CLIENTS = 50;
const REQUESTS = 4_000;
const WARM_UP = 2_000;

async function measure(stack: Stack, { scale, repeat, progress }: BenchOptions): Promise<readonly Row[]> {
  const { api, apiKey } = stack.local;
  const { id: sessionId } = await stack.blazz.createSession({ name: 'bench', autoStart: false });
  const agent = new Agent({ connections: CLIENTS, pipelining: 1 });
  let next = 0;

  async function send(row: number): Promise<number> {
    const from = performance.now();
    const answer = await request(`${api}/v1/messages`, {
      method: 'POST',
      dispatcher: agent,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sessionId, to: `+4915${30_000_000 + row}`, type: 'text', text: 'Hello' }),
    });
    await answer.body.dump();
    if (answer.statusCode !== 202) throw new Error(`POST /messages was answered ${answer.statusCode}`);
    return performance.now() - from;
  }
  async function client(until: number, note: (ms: number) => void): Promise<void> {
    while (next < until) note(await send(next++));
  }
  const drive = (count: number, note: (ms: number) => void) => {
    const until = next + count;
    return Promise.all(Array.from({ length: CLIENTS }, () => client(until, note)));
  };

  await drive(WARM_UP, () => {});
  const requests = Math.round(REQUESTS * scale);
  async function measureRound(): Promise<{ rate: number; p50: number; p99: number }> {
    const latencies: number[] = [];
    const startedAt = performance.now();
    await drive(requests, (ms) => latencies.push(ms));
    const rate = (requests * 1_000) / (performance.now() - startedAt);
    return { rate, p50: percentile(latencies, 50), p99: percentile(latencies, 99) };
  }
  const rounds = [];
  for (let n = 0; n < repeat; n++) {
    progress(`round ${n + 1} of ${repeat}`);
    rounds.push(await measureRound());
  }
  await agent.close();
  return [
    {
      what: `POST /v1/messages, ${CLIENTS} clients, ${requests} requests, warm, median of ${repeat}`,
      figures: {
        'requests/s': round(median(rounds.map(({ rate }) => rate)), 0),
        'p50 ms': round(median(rounds.map(({ p50 }) => p50))),
        'p99 ms': round(median(rounds.map(({ p99 }) => p99))),
      },
    },
  ];
}

export const restLatency: Measurement = {
  name: 'rest',
  title: 'REST latency',
  run: (options) => withStack(() => Stack.start(), (stack) => measure(stack, options)),
};
