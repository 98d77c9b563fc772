import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HostProcess, readLocalJson } from '../../../local/client/host-process.ts';
import { until } from '../../../local/client/until.ts';
import { startHost, type TestHost } from '../../support/host.ts';
import { isRunning } from './fixtures/is-running.ts';
import { childrenOfHost, commandLineOf } from './fixtures/processes.ts';

jest.setTimeout(120_000); // the first start after a change of the sources synthesizes

const NO_FLEET = ['--instances', '0'];
const MAIN = join(import.meta.dirname, '../../../local/main.ts');
const health = (api: string): Promise<Response> => fetch(`${api}/health`);

describe('a running host', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost({ args: ['--instances', '1'] });
  });
  afterAll(() => host.stop());

  const childNamed = (name: string): number => childrenOfHost(host.dataDir).find((pid) => commandLineOf(pid).startsWith(name)) ?? 0;
  const as = (key: string): RequestInit => ({ headers: { Authorization: `Bearer ${key}` } });

  it('tells in local.json how to reach it, to its owner only', async () => {
    const { local, dataDir } = host;
    expect(local).toMatchObject({ console: null, pid: host.process.pid });
    expect(local.instances).toHaveLength(1);
    expect(local.realtime).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/live$/);
    expect(local.whatsapp).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Object.keys(local.tables).sort()).toEqual(['core', 'messages', 'registry']);
    expect((await stat(join(dataDir, 'local.json'))).mode & 0o777).toBe(0o600);
    expect((await health(local.api)).status).toBe(200);
  });

  it('has made keys to two workspaces, and one for operators', async () => {
    const { api, apiKey, otherApiKey, operatorKey, workspaceId } = host.local;
    const workspaceOf = async (key: string) => ((await (await fetch(`${api}/v1/workspaces/current`, as(key))).json()) as { id: string }).id;
    expect(await workspaceOf(apiKey)).toBe(workspaceId);
    expect(await workspaceOf(otherApiKey)).not.toBe(workspaceId);
    expect((await fetch(`${api}/v1/instances`, as(operatorKey))).status).toBe(200);
    expect((await fetch(`${api}/v1/instances`, as(apiKey))).status).toBe(403);
    expect((await fetch(`${api}/v1/instances`, as('blz_unknown'))).status).toBe(401);
  });

  it('refuses a second host on its data directory', async () => {
    const second = HostProcess.start({ dataDir: host.dataDir, args: NO_FLEET });
    await expect(second).rejects.toThrow(`Another host (process ${host.process.pid}) runs on ${host.dataDir}`);
    expect((await health(host.local.api)).status).toBe(200);
  });

  it('replaces a killed instance under a new id', async () => {
    const [victim] = host.local.instances;
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    const successor = await until(async () => (await host.process.local()).instances.find(({ id }) => id !== victim?.id), { what: 'a successor' });
    const { data } = (await (await fetch(`${host.local.api}/v1/instances`, as(host.local.operatorKey))).json()) as { data: { id: string; state: string }[] };
    expect(data).toContainEqual(expect.objectContaining({ id: successor.id, state: 'ready' }));
  });

  it('starts DynamoDB again when it dies', async () => {
    const { local } = host;
    const dynoxide = childrenOfHost(host.dataDir).find((pid) => commandLineOf(pid).includes('/dynoxide --host') && !commandLineOf(pid).startsWith('sh')) ?? 0;
    process.kill(dynoxide, 'SIGKILL');
    await until(async () => !isRunning(dynoxide) && (await health(local.api)).ok, { what: 'the API to be healthy again' });
  });

  it('starts the simulated WhatsApp service again on its old address', async () => {
    const whatsapp = childNamed(`${process.execPath} ${join(MAIN, '../whatsapp/main.ts')}`);
    process.kill(whatsapp, 'SIGKILL');
    const isBack = async () => !isRunning(whatsapp) && (await fetch(`${host.local.whatsapp}/stats`).catch(() => undefined))?.ok;
    await until(isBack, { what: 'the WhatsApp service to be back' });
  });
});

describe('the end of a host', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'blazz-host-end-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const noneLeft = (): Promise<boolean> => until(async () => childrenOfHost(dataDir).length === 0, { what: 'every child to end' });

  it('comes with SIGTERM, leaves nothing running, and the next start has the same keys', async () => {
    const first = await startHost({ dataDir, args: NO_FLEET });
    expect(childrenOfHost(dataDir).length).toBeGreaterThan(1);
    expect(await first.stop()).toBe(0);
    expect(childrenOfHost(dataDir)).toEqual([]);
    expect(await readLocalJson(dataDir)).toBeUndefined();
    const second = await startHost({ dataDir, args: NO_FLEET });
    expect(second.local).toMatchObject({ apiKey: first.local.apiKey, workspaceId: first.local.workspaceId });
    await second.stop();
  });

  it('by kill -9 ends its children too, and does not keep the next from starting', async () => {
    const first = await startHost({ dataDir, args: NO_FLEET });
    await first.kill();
    await noneLeft();
    const second = await startHost({ dataDir, args: NO_FLEET });
    expect((await health(second.local.api)).status).toBe(200);
    await second.stop();
  });

  it('comes when whoever started it is gone', async () => {
    const shell = spawn('sh', ['-c', `"$@" & wait`, 'sh', process.execPath, MAIN, '--port', '0', '--data-dir', dataDir, ...NO_FLEET], { stdio: 'ignore' });
    const { pid } = await until(async () => readLocalJson(dataDir).catch(() => undefined), { what: 'the host to be ready', timeoutMs: 60_000 });
    shell.kill('SIGKILL');
    await until(async () => !isRunning(pid), { what: 'the host to end' });
    await noneLeft();
  });

  it('comes when npm is killed, though the shell that npm put in between lives on', async () => {
    const npm = spawn('npm', ['start', '--', '--port', '0', '--data-dir', dataDir, ...NO_FLEET], { stdio: 'ignore' });
    const { pid } = await until(async () => readLocalJson(dataDir).catch(() => undefined), { what: 'the host to be ready', timeoutMs: 60_000 });
    npm.kill('SIGKILL');
    await until(async () => !isRunning(pid), { what: 'the host to end' });
    await noneLeft();
  });

  it('comes at once, in one line, when there is no browser for the fleet', async () => {
    const start = startHost({ args: ['--instances', '1'], env: { PUPPETEER_EXECUTABLE_PATH: '/no/chromium' } });
    await expect(start).rejects.toThrow(/^The host did not start:\nA fleet instance does not start: .*\/no\/chromium.*\n$/);
  });

  it('keeps nothing when it was ephemeral, not even local.json', async () => {
    const named = join(dataDir, 'named');
    const args = ['--port', '0', '--ephemeral', '--data-dir', named, ...NO_FLEET];
    const host = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const output: string[] = [];
    host.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const readData = async () => /data +(\S+)/.exec(output.join(''))?.[1];
    const folder = await until(readData, { what: 'the host to be ready', timeoutMs: 60_000 });
    expect(existsSync(folder)).toBe(true);
    expect(folder.startsWith(named)).toBe(false);
    expect((await readLocalJson(named))?.pid).toBe(host.pid);
    host.kill('SIGTERM');
    await new Promise((resolve) => host.once('exit', resolve));
    expect([existsSync(folder), existsSync(named)]).toEqual([false, false]);
    expect(host.exitCode).toBe(0);
  });
});
