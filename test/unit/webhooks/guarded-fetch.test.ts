import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkWebhookUrl, guardedSender } from '../../../shared/adapters/http/guarded-fetch.ts';
import type { Resolve } from '../../../shared/adapters/http/public-addresses.ts';

const PUBLIC = { address: '93.184.216.34', family: 4 };
const LOOPBACK = { address: '127.0.0.1', family: 4 };
const resolvesTo = (...addresses: { address: string; family: number }[]): Resolve => async () => addresses;
const strict = { allowLoopback: false };

describe('registration', () => {
  const NOT_PUBLIC = [
    '127.0.0.1', '127.1.2.3', '2130706433', '0x7f.1', '0x7f000001', '0177.0.0.1', '127.1', '0.0.0.0', '[::1]', '[::]', '[::ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254',
    '[fd00::1]', '[fe80::1]', '[fd00:ec2::254]', '224.0.0.1', '255.255.255.255', '[ff02::1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '192.0.2.1', '198.18.0.1', '240.0.0.1',
  ];
  it.each(NOT_PUBLIC)('refuses http://%s/', async (host) => {
    const refused = { code: 'webhook_target_refused', kind: 'invalid', fields: [expect.objectContaining({ path: 'url' })] };
    await expect(checkWebhookUrl({ ...strict, resolve: resolvesTo(PUBLIC) })(`http://${host}:8080/x`)).rejects.toMatchObject(refused);
  });

  it.each([
    ['a private address', resolvesTo({ address: '10.1.2.3', family: 4 })],
    ['a public and a private one', resolvesTo(PUBLIC, { address: '::1', family: 6 })],
  ])('refuses a name that resolves to %s', async (_, resolve) => {
    await expect(checkWebhookUrl({ ...strict, resolve })('https://example.com/x')).rejects.toMatchObject({ code: 'webhook_target_refused' });
  });

  it('takes a name that does not resolve yet: delivery looks again', async () => {
    const resolve: Resolve = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(checkWebhookUrl({ ...strict, resolve })('https://soon.example.com/x')).resolves.toBeUndefined();
  });

  it.each(['https://user:pass@example.com/', 'ftp://example.com/', 'file:///etc/passwd'])('refuses %s', async (url) => {
    await expect(checkWebhookUrl({ ...strict, resolve: resolvesTo(PUBLIC) })(url)).rejects.toMatchObject({ code: 'webhook_target_refused' });
  });

  it.each(['https://example.com/hook', 'http://93.184.216.34/', 'https://[2606:2800:220:1::1]/'])('takes %s', async (url) => {
    await expect(checkWebhookUrl({ ...strict, resolve: resolvesTo(PUBLIC) })(url)).resolves.toBeUndefined();
  });

  it('lets loopback pass where that is allowed, and nothing else', async () => {
    const check = checkWebhookUrl({ allowLoopback: true });
    await expect(check('http://127.0.0.1:9/x')).resolves.toBeUndefined();
    await expect(check('http://[::1]:9/x')).resolves.toBeUndefined();
    await expect(check('http://169.254.169.254/')).rejects.toMatchObject({ code: 'webhook_target_refused' });
    await expect(check('http://10.0.0.1/')).rejects.toMatchObject({ code: 'webhook_target_refused' });
  });
});

describe('delivery', () => {
  let server: Server;
  let port: number;
  let hits = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      hits += 1;
      const { pathname } = new URL(request.url ?? '/', 'http://x');
      request.resume();
      if (pathname === '/moved') response.writeHead(302, { location: '/ok' }).end();
      else if (pathname === '/busy') response.writeHead(429, { 'retry-after': '7' }).end();
      else if (pathname === '/endless') pour(response);
      else if (pathname !== '/silent') response.writeHead(200).end('thanks');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Writes until the other side has had enough. */
  function pour(response: ServerResponse): void {
    response.writeHead(200);
    const chunk = Buffer.alloc(65_536);
    const write = () => void (response.destroyed || (response.write(chunk) ? setImmediate(write) : response.once('drain', write)));
    write();
  }

  const post = (path: string, options = {}, host = 'hooks.example.com') =>
    guardedSender({ allowLoopback: true, resolve: resolvesTo(LOOPBACK), ...options })(`http://${host}:${port}${path}`, { 'content-type': 'application/json' }, '{}');

  it('goes to the address it checked', async () => {
    expect(await post('/ok')).toEqual({ outcome: 'answered', status: 200, retryAfterSeconds: undefined, excerpt: 'thanks' });
  });

  it('follows no redirect', async () => {
    hits = 0;
    expect(await post('/moved')).toMatchObject({ outcome: 'answered', status: 302 });
    expect(hits).toBe(1);
  });

  it('reads Retry-After', async () => {
    expect(await post('/busy')).toMatchObject({ status: 429, retryAfterSeconds: 7 });
  });

  it('takes an answer without end for answered', async () => {
    expect(await post('/endless')).toMatchObject({ outcome: 'answered', status: 200 });
  });

  it('gives up on a silent target', async () => {
    expect(await post('/silent', { totalTimeoutMs: 200 })).toEqual({ outcome: 'unreachable', reason: 'no answer in time' });
  });

  it('gives up on a name that does not resolve in time', async () => {
    expect(await post('/ok', { totalTimeoutMs: 200, resolve: () => new Promise<never>(() => {}) })).toMatchObject({ outcome: 'unreachable' });
  });

  it('tells that nobody listens', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port: free } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    const sent = await guardedSender({ allowLoopback: true })(`http://127.0.0.1:${free}/`, {}, '{}');
    expect(sent).toEqual({ outcome: 'unreachable', reason: 'no answer: ECONNREFUSED' });
  });

  it('checks again what was public at registration (DNS rebinding)', async () => {
    let asked = 0;
    const resolve: Resolve = async () => [asked++ === 0 ? PUBLIC : LOOPBACK];
    hits = 0;
    await expect(checkWebhookUrl({ ...strict, resolve })(`http://rebind.example.com:${port}/ok`)).resolves.toBeUndefined();
    const sent = await guardedSender({ ...strict, resolve })(`http://rebind.example.com:${port}/ok`, {}, '{}');
    expect(sent).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('loopback') });
    expect(asked).toBe(2);
    expect(hits).toBe(0);
  });

  it.each(['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1'])('refuses the literal %s without a connection', async (host) => {
    hits = 0;
    expect(await post('/ok', { allowLoopback: false }, host)).toMatchObject({ outcome: 'refused' });
    expect(hits).toBe(0);
  });
});
