import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signWebhook } from '../../../lambdas/queues/webhook-deliveries/sign-webhook.ts';
import { freePort } from '../../../local/children/free-port.ts';
import { until } from '../../../local/client/until.ts';
import { anEvent, aWebhook } from '../../support/builders/webhook.ts';

const ROOT = join(import.meta.dirname, '../../..');
const DEADLINE_MS = 10_000;
const { secret, previousSecrets } = aWebhook();
const signed = (url: string, atMs: number) => signWebhook({ url, secret, previousSecrets }, event.id, body, atMs);
const event = anEvent();
const body = JSON.stringify(event);

/* What docs/webhooks.md tells our users to paste is taken from there and run. */
describe('The snippets of docs/webhooks.md', () => {
  let folder: string;
  let snippets: readonly string[];
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blazz-snippets-'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const text = await readFile(join(ROOT, 'docs/webhooks.md'), 'utf8');
    snippets = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  it('verify a delivery with the library, and refuse a forged one', async () => {
    const port = await freePort();
    const file = join(folder, 'receiver.mjs');
    await writeFile(file, (snippets[0] ?? '').replace('8080', String(port)));
    children.push(spawn(process.execPath, [file], { env: { ...process.env, WEBHOOK_SECRET: secret }, stdio: 'ignore' }));
    const url = `http://127.0.0.1:${port}/hooks?from=blazz`;
    const post = (text: string) => fetch(url, { method: 'POST', headers: signed(url, Date.now()), body: text });
    await whenListening(port);
    expect((await post(body)).status).toBe(204);
    expect((await post(`${body} `)).status).toBe(400);
  });

  it('verify a delivery without a library, and refuse a forged or an old one', async () => {
    const file = join(folder, 'verify.mjs');
    await writeFile(file, snippets[1] ?? '');
    const { isFromBlazz } = (await import(pathToFileURL(file).href)) as { isFromBlazz: (...args: unknown[]) => boolean };
    const path = '/hooks?from=blazz';
    const headers = signed(`https://example.com${path}`, Date.now());
    expect(isFromBlazz(secret, path, headers, body)).toBe(true);
    expect(isFromBlazz(secret, '/other', headers, body)).toBe(false);
    expect(isFromBlazz(secret, path, headers, `${body} `)).toBe(false);
    expect(isFromBlazz(secret, path, {}, body)).toBe(false);
    const old = signed(`https://example.com${path}`, Date.now() - 301_000);
    expect(isFromBlazz(secret, path, old, body)).toBe(false);
  });
});

const whenListening = (port: number): Promise<Response> =>
  until(() => fetch(`http://127.0.0.1:${port}/`, { method: 'POST' }).catch(() => undefined), { what: 'the snippet to listen', timeoutMs: DEADLINE_MS });
