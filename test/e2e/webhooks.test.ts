import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WebhookDetail } from '../../shared/contracts/api/webhooks.ts';
import type { BlazzClient } from '../../local/client/blazz-client.ts';
import { until } from '../../local/client/until.ts';
import { Stack } from './stack.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

/** What one endpoint may occupy: so many consumers, and requests of each. */
const [PLACES, AT_ONCE] = [4, 16];

/** Takes requests and never answers one, until it is told to. */
async function startSilentEndpoint() {
  const waiting: ServerResponse[] = [];
  let isSilent = true;
  const server = createServer((_request, response) => void (isSilent ? waiting.push(response) : response.writeHead(204).end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    waiting,
    speak: () => void (isSilent = false),
    close: () => (server.closeAllConnections(), server.close()),
  };
}

describe('Webhooks on a whole Blazz', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ args: ['--instances', '0'], env: { BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true' } });
  }, 120_000);
  afterAll(() => stack.close());

  const register = (blazz: BlazzClient, url: string) => blazz.post<{ id: string; secret: string }>('/v1/webhooks', { url, events: ['*'] });
  const test = (blazz: BlazzClient, id: string, count: number) => Promise.all(Array.from({ length: count }, () => blazz.post(`/v1/webhooks/${id}/test`)));

  it('one endpoint that never answers keeps nobody else waiting, and is left alone after a while', async () => {
    const silent = await startSilentEndpoint();
    const receiver = await WebhookReceiver.start();
    try {
      const hanging = await register(stack.stranger, silent.url);
      const healthy = await register(stack.blazz, receiver.url);
      receiver.secret = healthy.secret;
      await test(stack.stranger, hanging.id, 120);
      await until(async () => silent.waiting.length >= 1, { what: 'the first request to the silent endpoint' });
      await test(stack.blazz, healthy.id, 40);
      await until(async () => receiver.events.length >= 40, { what: 'the healthy endpoint to have all' });
      expect(silent.waiting.length).toBeLessThanOrEqual(PLACES * AT_ONCE); // of 120: the rest occupied nobody

      const health = async () => (await stack.stranger.get<WebhookDetail>(`/v1/webhooks/${hanging.id}`)).health;
      await until(async () => (await health()).heldUntil !== null, { what: 'the silent endpoint to be held', timeoutMs: 60_000 });
      silent.speak();
      const pending = async () => (await stack.stranger.get<{ data: unknown[] }>(`/v1/webhooks/${hanging.id}/deliveries?status=pending`)).data.length;
      await until(async () => (await pending()) === 0, { what: 'what waited to be delivered once it speaks', timeoutMs: 90_000 });
    } finally {
      await receiver.close();
      silent.close();
    }
  }, 240_000);
});
