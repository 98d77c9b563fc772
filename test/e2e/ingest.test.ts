import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import type { QueueView } from '../../shared/contracts/api/queues.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { createCampaign, whenAtRest } from './campaign-story.ts';
import { Stack } from './stack.ts';

const TEST_MS = 120_000;
const PATH = '/v1/ingest/webjs';
const CUSTOMER = '+4915320000001';

describe('A fleet that reports over HTTP', () => {
  let stack: Stack;
  let session: SessionView;

  beforeAll(async () => {
    stack = await Stack.start({ args: ['--events-via', 'ingest'], env: { LEASE_TTL_SECONDS: '6', LEASE_MARGIN_SECONDS: '1.5' } });
    await stack.phones.register(CUSTOMER, 'Carla');
    session = await linkSession(stack.blazz, stack.phones, '+4915200000001', { pacing: { profile: 'unlimited' } });
  }, TEST_MS);
  afterAll(() => stack?.close(), TEST_MS);

  const messagesOfChat = async (): Promise<readonly MessageView[]> => {
    const [chat] = (await stack.blazz.get<{ data: ChatView[] }>('/v1/chats')).data;
    return chat ? (await stack.blazz.get<{ data: MessageView[] }>(`/v1/chats/${chat.id}/messages`)).data : [];
  };
  const write = async (text: string) => {
    await stack.phones.write(CUSTOMER, session.phoneNumber ?? '', text);
    await until(async () => (await messagesOfChat()).some((message) => message.text === text), { what: `'${text}' to come in`, timeoutMs: 60_000 });
  };
  const answer = async (text: string) => {
    const { id } = await stack.blazz.post<MessageView>('/v1/messages', { sessionId: session.id, to: CUSTOMER, type: 'text', text });
    await until(async () => (await stack.blazz.get<MessageView>(`/v1/messages/${id}`)).status === 'read', { what: `'${text}' to be read`, timeoutMs: 60_000 });
  };

  it('links, receives and sends as one on the queue does', async () => {
    await write('Is anybody there?');
    await answer('Yes');
    expect(await used()).toBeGreaterThan(3);
  }, TEST_MS);

  it('loses nothing when the control plane is away and its instance is killed meanwhile, and brings nothing twice (I1, I2)', async () => {
    const { instance } = await stack.blazz.get<SessionView>(`/v1/sessions/${session.id}`);
    const { pid = 0 } = (await stack.host.local()).instances.find(({ id }) => id === instance?.id) ?? {};
    process.kill(stack.local.pid, 'SIGSTOP'); // gateway, functions and queues; the tables go on
    try {
      await stack.phones.write(CUSTOMER, session.phoneNumber ?? '', 'And now?');
      await until(() => isSpooled(instance?.id ?? '', 'And now?'), { what: 'it to be on the disk' });
      process.kill(pid, 'SIGKILL');
    } finally {
      process.kill(stack.local.pid, 'SIGCONT');
    }
    await write('Still there?');
    await until(async () => (await messagesOfChat()).some(({ text }) => text === 'And now?'), { what: 'what was on the disk to come in', timeoutMs: 60_000 });
    await answer('Still here');
    const texts = (await messagesOfChat()).map(({ text }) => text ?? '').toSorted((a, b) => a.localeCompare(b));
    expect(texts).toEqual(['And now?', 'Is anybody there?', 'Still here', 'Still there?', 'Yes']);
    await until(async () => !(await spoolFolders()).includes(instance?.id ?? ''), { what: "the lost instance's spool to be taken over" });
  }, TEST_MS);

  it('has its requests checked by the gateway of the template', async () => {
    const { IngestSecret = '' } = await secrets();
    const send = async (body: string, secret: string, at: number) => {
      const timestamp = String(Math.floor(at / 1_000));
      const signature = createHmac('sha256', secret).update(`${timestamp}POST${PATH}${body}`).digest('hex');
      const headers = { 'X-HMAC-Timestamp': timestamp, 'X-HMAC-Signature': signature, 'Content-Type': 'application/json' };
      const response = await fetch(stack.local.api + PATH, { method: 'POST', headers, body });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    const batch = JSON.stringify({
      v: 1, workspaceId: stack.local.workspaceId, sessionId: session.id, instanceId: 'ins_outside', fencingToken: 0, sequence: '0000000000-0000000001',
      events: [{ type: 'session.warning', at: new Date().toISOString(), source: 'session_pool', code: 'a_test', detail: 'nothing' }],
    });
    const now = Date.now();
    expect(await send(batch, IngestSecret, now)).toEqual([202, undefined]);
    expect(await send(batch, IngestSecret, now)).toEqual([401, 'replayed']);
    expect(await send(batch, 'guess', now)).toEqual([401, 'unauthorized']);
    expect(await send(batch, IngestSecret, now - 310_000)).toEqual([401, 'unauthorized']);
    expect(await send('{"v":1}', IngestSecret, now)).toEqual([422, 'invalid_request']);
    expect(await send('x'.repeat(2 ** 20 + 1), IngestSecret, now)).toEqual([413, 'payload_too_large']);
  }, TEST_MS);

  it('runs a small campaign by way of its class of jobs, and shows operators how all queues do', async () => {
    const numbers = await stack.phones.registerMany('+491533', 3);
    const id = await createCampaign(stack, [session.id], numbers, 'Hello');
    await stack.blazz.post(`/v1/campaigns/${id}/start`);
    await whenAtRest(stack, id, ({ read }) => read === 3);
    const { data } = await stack.operator.get<{ data: QueueView[] }>('/v1/operations/queues');
    expect(data.map(({ name, dead }) => `${name} ${dead}`).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'campaign-stats 0', 'contact-imports 0', 'jobs-critical 0', 'jobs-default 0', 'jobs-high 0', 'jobs-low 0', 'meta-sends 0', 'session-events 0', 'webhook-deliveries 0', 'websocket-pushes 0',
    ]);
    expect(data.filter(({ lastTakenAt }) => lastTakenAt !== null).map(({ name }) => name)).toEqual(['jobs-high']);
    expect(await stack.operator.post('/v1/operations/queues/jobs-high/redrive')).toEqual({ moved: 0, isEmpty: true });
    expect((await stack.blazz.call('GET', '/v1/operations/queues')).status).toBe(403);
  }, TEST_MS);

  /** Signatures that were taken. */
  async function used(): Promise<number> {
    const { endpoints, tables } = stack.local;
    const client = new DynamoDBClient({ endpoint: endpoints.dynamodb, region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.core }));
    client.destroy();
    return Items.filter(({ pk }) => pk?.S?.startsWith('SIGNATURE#')).length;
  }

  const spoolFolders = () => readdir(join(stack.dataDir, 'spool'));

  async function isSpooled(instanceId: string, text: string): Promise<boolean> {
    const folder = join(stack.dataDir, 'spool', instanceId);
    const segments = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    const contents = await Promise.all(segments.map((name) => readFile(join(folder, name), 'utf8')));
    return contents.some((content) => content.includes(text));
  }

  async function secrets(): Promise<{ IngestSecret?: string }> {
    const values = JSON.parse(await readFile(join(stack.dataDir, 'secrets.json'), 'utf8')) as Record<string, string>;
    return { IngestSecret: Object.entries(values).find(([name]) => name.includes('IngestSecret'))?.[1] ?? '' };
  }
});
