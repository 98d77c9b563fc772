import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { guardedFile, type GuardedFileOptions } from '../../../shared/adapters/http/guarded-file.ts';
import type { Resolve } from '../../../shared/adapters/http/public-addresses.ts';

const MAX = 100_000;
const FILE = Buffer.from('the file itself');
/** 200 MB of nothing in 200 KB. */
const BOMB = gzipSync(Buffer.alloc(200_000_000));

type Answer = (response: ServerResponse) => void;

/** A byte at a time, for as long as somebody listens. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '90000' });
  const timer = setInterval(() => response.write('x'), 10);
  response.on('close', () => clearInterval(timer));
}

function pour(response: ServerResponse): void {
  response.writeHead(200);
  const chunk = Buffer.alloc(65_536);
  const write = () => void (response.destroyed || (response.write(chunk) ? setImmediate(write) : response.once('drain', write)));
  write();
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  '/file': (response) => void response.writeHead(200, { 'content-type': 'image/png; charset=x' }).end(FILE),
  '/packed': (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(FILE)),
  '/bomb': (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
  '/badly-packed': (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(FILE),
  '/cut-packing': (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(FILE).subarray(0, 12)),
  '/matryoshka': (response) => void response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(gzipSync(FILE))),
  '/strange-packing': (response) => void response.writeHead(200, { 'content-encoding': 'rot13' }).end(FILE),
  '/empty': (response) => void response.writeHead(200).end(),
  '/large': (response) => void response.writeHead(200).end(Buffer.alloc(MAX + 1)),
  '/says-large': (response) => void response.writeHead(200, { 'content-length': String(MAX + 1) }).write('x'),
  '/endless': pour,
  '/missing': (response) => void response.writeHead(404).end('no'),
  '/moved': (response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  '/trickle': trickle,
  '/silent': () => undefined,
  '/stalls': (response) => void response.writeHead(200, { 'content-length': '100' }).write('x'),
  '/breaks-off': (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('x');
    setTimeout(() => response.destroy(), 20);
  },
};

describe('files from addresses that customers chose', () => {
  let server: Server;
  let base: string;
  let dir: string;
  let path: string;
  beforeAll(async () => {
    server = createServer((request, response) => ANSWERS[request.url ?? '']?.(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blazz-guarded-'));
    path = join(dir, 'file');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const get = (url: string, options: Partial<GuardedFileOptions> = {}) =>
    guardedFile({ allowLoopback: true, ...options })({ url: url.startsWith('/') ? base + url : url, path, maxBytes: MAX });
  const failed = (code: string, detail?: string) => ({ outcome: 'failed', code, ...(detail !== undefined && { detail: expect.stringContaining(detail) }) });

  it('puts a file on the disk, and tells what the server calls it', async () => {
    expect(await get('/file')).toEqual({ outcome: 'downloaded', bytes: FILE.length, contentType: 'image/png; charset=x' });
    expect(await readFile(path)).toEqual(FILE);
  });

  it('unpacks what a server packed though nobody asked', async () => {
    expect(await get('/packed')).toMatchObject({ outcome: 'downloaded', bytes: FILE.length });
    expect(await readFile(path)).toEqual(FILE);
  });

  it('unpacks no more of a zip bomb than a file may have', async () => {
    expect(BOMB.length).toBeLessThan(MAX * 3);
    expect(await guardedFile({ allowLoopback: true })({ url: `${base}/bomb`, path, maxBytes: 1_000_000 })).toMatchObject(failed('media_too_large'));
    expect((await stat(path)).size).toBeLessThanOrEqual(1_000_000);
  });

  it.each([
    ['/badly-packed', 'packed badly'],
    ['/cut-packing', 'packed badly'],
    ['/matryoshka', 'encoding'],
    ['/strange-packing', 'encoding'],
    ['/missing', '404'],
    ['/moved', 'redirects are not followed'],
    ['/breaks-off', 'broke off'],
  ])('gives up on %s', async (target, detail) => {
    expect(await get(target)).toEqual(failed('media_unreachable', detail));
  });

  it.each(['/large', '/says-large', '/endless'])('stops at the limit: %s', async (target) => {
    expect(await get(target)).toEqual(failed('media_too_large', `larger than ${MAX}`));
  });

  it('takes nothing for no file', async () => {
    expect(await get('/empty')).toEqual(failed('media_empty', 'empty'));
  });

  it('gives up on what comes a byte at a time', async () => {
    expect(await get('/trickle', { graceMs: 100 })).toEqual(failed('media_unreachable', 'too slowly'));
  });

  it.each(['/silent', '/stalls'])('gives up on silence: %s', async (target) => {
    expect(await get(target, { idleTimeoutMs: 300 })).toEqual(failed('media_unreachable', 'in time'));
  });

  it('takes as much time as all may take, and no more', async () => {
    expect(await get('/trickle', { totalTimeoutMs: 300 })).toEqual(failed('media_unreachable', 'in time'));
  });

  it('believes no content-length that promises less than comes', async () => {
    const liar = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n${'x'.repeat(5_000)}`));
    }).listen(0, '127.0.0.1');
    await once(liar, 'listening');
    const outcome = await get(`http://127.0.0.1:${(liar.address() as AddressInfo).port}/`);
    expect(outcome.outcome === 'failed' || outcome.bytes === 3).toBe(true);
    liar.close();
  });

  it.each(['http://169.254.169.254/latest', 'http://[::1]/x', 'http://2130706433/', 'http://10.0.0.1/'])('asks %s for nothing', async (url) => {
    expect(await get(url, { allowLoopback: false })).toEqual(failed('media_unreachable', 'only public ones'));
  });

  it('looks at the address it connects to, at every look-up', async () => {
    let looks = 0;
    const resolve: Resolve = async () => [{ address: looks++ === 0 ? '93.184.216.34' : '127.0.0.1', family: 4 }];
    await resolve('first look, by whoever checked the message');
    expect(await get(`http://files.example.com:${new URL(base).port}/file`, { allowLoopback: false, resolve })).toEqual(failed('media_unreachable', 'only public ones'));
  });

  it('asks nothing that is not HTTP, and for no password', async () => {
    for (const url of ['ftp://example.com/x', 'https://user:pass@example.com/']) expect(await get(url)).toMatchObject(failed('media_unreachable'));
  });
});
