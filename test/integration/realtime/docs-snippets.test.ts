import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiGatewayManagementApiClient, DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { until } from '../../../local/client/until.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { anId } from '../../support/builders/session.ts';
import { startRealtimeWorld, type RealtimeWorld } from './realtime-world.ts';

const ROOT = join(import.meta.dirname, '../../..');

/* What docs/realtime.md tells our users to paste is taken from there and run. */
describe('The snippets of docs/realtime.md', () => {
  let world: RealtimeWorld;
  let folder: string;
  let snippets: readonly string[];
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    world = await startRealtimeWorld();
    folder = await mkdtemp(join(tmpdir(), 'blazz-snippets-'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const text = await readFile(join(ROOT, 'docs/realtime.md'), 'utf8');
    snippets = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await world.stop();
    await rm(folder, { recursive: true });
  });

  const subscriptionsOf = async (workspaceId: string) =>
    (await world.dynamo.scan('core')).filter(({ pk, handed }) => pk === `CH#workspace.${workspaceId}` && handed === undefined);
  const whenSubscribed = (workspaceId: string) =>
    until(async () => (await subscriptionsOf(workspaceId))[0], { what: 'the snippet to subscribe', timeoutMs: 10_000, everyMs: 20 });

  it('print events, and after a lost connection what was missed, each once', async () => {
    const workspaceId = anId('wsp');
    const file = join(folder, 'client.mjs');
    await writeFile(file, snippets[0] ?? '');
    const env = { ...process.env, BLAZZ_REALTIME: world.gateway.url, BLAZZ_KEY: await world.aKey(workspaceId), BLAZZ_WORKSPACE: workspaceId };
    let output = '';
    child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    const printed = (text: string) => until(async () => output.includes(text), { what: text, timeoutMs: 10_000, everyMs: 20 });

    const subscription = await whenSubscribed(workspaceId);
    await world.happens(workspaceId, { data: { text: 'one' } });
    await printed('"one"');
    const sdk = new ApiGatewayManagementApiClient({ endpoint: world.gateway.callbackUrl });
    await sdk.send(new DeleteConnectionCommand({ ConnectionId: String(subscription['sk']) }));
    await until(async () => (await subscriptionsOf(workspaceId)).length === 0, { what: 'the connection to be lost', everyMs: 10 });
    await world.happens(workspaceId, { data: { text: 'two' } });
    await printed('"two"');
    await world.happens(workspaceId, { data: { text: 'three' } });
    await printed('"three"');
    expect(output.split('\n').filter((line) => line !== '')).toEqual(
      ['one', 'two', 'three'].map((text) => `message.status ${JSON.stringify({ text })}`),
    );
  });

  it('listen with what browsers have', async () => {
    const workspaceId = anId('wsp');
    const file = join(folder, 'browser.mjs');
    await writeFile(file, `${snippets[1] ?? ''}\nexport { listen };`);
    type Listen = (url: string, key: string, channel: string, onEvent: (kind: string, event: PublicEvent) => void) => () => void;
    const { listen } = (await import(pathToFileURL(file).href)) as { listen: Listen };
    const heard: string[] = [];
    const stop = listen(world.gateway.url, await world.aKey(workspaceId), `workspace.${workspaceId}`, (kind, { id }) => heard.push(`${kind} ${id}`));
    await whenSubscribed(workspaceId);
    const { id } = await world.happens(workspaceId, { type: 'session.qr' });
    await until(async () => heard.length > 0, { what: 'the event', everyMs: 10 });
    expect(heard).toEqual([`qr.generated ${id}`]);
    stop();
  });
});
