import { once } from 'node:events';
import { createServer as createSecureServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { selfSigned } from '../../../local/whatsapp/certificate.ts';
import { guardedSender, type GuardedFetchOptions } from '../../../shared/adapters/http/guarded-fetch.ts';
import type { Resolve } from '../../../shared/adapters/http/public-addresses.ts';
import { deliveryJobsOf } from '../../../shared/domain/webhooks/publish-events.ts';
import { aDelivery, aWebhook } from '../../support/builders/webhook.ts';
import { memoryPorts, webhookWorld } from '../../support/webhook-world.ts';

const TOTAL_TIMEOUT_MS = 300;
const open = new Set<Server>();
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of open) {
    server.close();
    await once(server, 'close');
  }
  open.clear();
  sockets.clear();
});

/** A server that does with each connection what it is told, byte by byte; gives its port. */
async function listening(server: Server): Promise<number> {
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.add(server);
  return (server.address() as AddressInfo).port;
}

const answering = (answer: (socket: Socket) => void) => listening(createServer((socket) => void socket.once('data', () => answer(socket))));

function drip(socket: Socket, text: string): void {
  const [first = ''] = text;
  if (text === '' || socket.destroyed) return;
  socket.write(first);
  setTimeout(() => drip(socket, text.slice(1)), 50);
}

/** What becomes of a delivery to this URL, through the real sender. */
async function deliveredTo(url: string, options: Partial<GuardedFetchOptions> = {}) {
  const ports = memoryPorts();
  const send = guardedSender({ allowLoopback: true, totalTimeoutMs: TOTAL_TIMEOUT_MS, ...options });
  const { webhooks, deliveries, deliver } = webhookWorld(ports, send, Date.now());
  const webhook = aWebhook({ url });
  const delivery = aDelivery(webhook);
  await webhooks.insert(webhook);
  await deliveries.insertMany([delivery]);
  await deliver(deliveryJobsOf([delivery]));
  const stored = await deliveries.get(webhook.workspaceId, webhook.id, delivery.id);
  return { ...stored, isEnabled: (await webhooks.get(webhook.workspaceId, webhook.id)).enabled };
}

const AGAIN = { status: 'pending', attempts: 1, responseStatus: null, isEnabled: true };

describe('A receiver that', () => {
  it('hangs is tried again', async () => {
    const port = await answering(() => {});
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ ...AGAIN, error: 'no answer in time' });
  });

  it('answers a byte at a time is tried again, whether it says how it went or not', async () => {
    const port = await answering((socket) => drip(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ ...AGAIN, error: 'no answer in time' });
  });

  it('never ends its headers is tried again', async () => {
    const port = await answering((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      drip(socket, 'x-slow: '.padEnd(1_000, 'y'));
    });
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ ...AGAIN, error: 'no answer in time' });
  });

  it('sends headers without end is tried again', async () => {
    const port = await answering((socket) => void socket.write(`HTTP/1.1 200 OK\r\n${'x-long: y\r\n'.repeat(20_000)}`));
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ ...AGAIN, error: expect.stringContaining('no answer') });
  });

  it('said 200 and then takes its time has taken the event, and is not waited for', async () => {
    const port = await answering((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n');
      drip(socket, '1\r\nx\r\n'.repeat(1_000));
    });
    const delivered = await deliveredTo(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 10_000 });
    expect(delivered).toMatchObject({ status: 'delivered', responseStatus: 200, responseExcerpt: expect.stringMatching(/^x+$/) });
  });

  it('answers with a body without end has taken the event, of which a kilobyte is kept', async () => {
    const port = await answering((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n');
      const pour = (): void => void (socket.destroyed || (socket.write('a'.repeat(65_536)) ? setImmediate(pour) : socket.once('drain', pour)));
      pour();
    });
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 'delivered', responseExcerpt: 'a'.repeat(1_024) });
  });

  it('redirects to the metadata service is not followed', async () => {
    const port = await answering((socket) => void socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data\r\ncontent-length: 0\r\n\r\n'));
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 'dead', responseStatus: 302, error: 'answered 302', isEnabled: true });
  });

  it('is a name that leads to 127.0.0.1 on the second look-up is not connected to', async () => {
    let connections = 0;
    const port = await listening(createServer(() => void (connections += 1)));
    const addresses = [{ address: '93.184.216.34', family: 4 }, { address: '127.0.0.1', family: 4 }];
    let asked = 0;
    const resolve: Resolve = async () => [addresses[Math.min(asked++, 1)] ?? { address: '127.0.0.1', family: 4 }];
    await resolve('rebind.example.com'); // at registration
    const delivered = await deliveredTo(`http://rebind.example.com:${port}/`, { allowLoopback: false, resolve });
    expect(delivered).toMatchObject({ status: 'dead', error: expect.stringContaining('loopback') });
    expect([asked, connections]).toEqual([2, 0]);
  });

  it('answers 410 is disabled', async () => {
    const port = await answering((socket) => void socket.end('HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n'));
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 'dead', responseStatus: 410, isEnabled: false });
  });

  it('has a certificate nobody vouches for is told nothing, and tried again', async () => {
    let requests = 0;
    const { certificate: cert, key } = await selfSigned('localhost');
    const port = await listening(createSecureServer({ cert, key }, () => void (requests += 1)));
    expect(await deliveredTo(`https://localhost:${port}/`)).toMatchObject({ ...AGAIN, error: 'no answer: DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(requests).toBe(0);
  });

  it('speaks no HTTP is tried again', async () => {
    const port = await answering((socket) => void socket.end('220 mail.example.com ESMTP\r\n'));
    expect(await deliveredTo(`http://127.0.0.1:${port}/`)).toMatchObject({ ...AGAIN, error: expect.stringContaining('no answer') });
  });
});
