import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connected } from '../../local/client/link-session.ts';
import { RealtimeClient } from '../../local/client/realtime-client.ts';
import { until } from '../../local/client/until.ts';
import type { ChatView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { createCampaign } from './campaign-story.ts';
import { Stack } from './stack.ts';

const TEST_MS = 120_000;
const NUMBER = '+4915200000001';
const CUSTOMER = '+4915320000000';

describe('Real time, through a WebSocket', () => {
  let stack: Stack;
  let session: SessionView;
  let url: string;
  let workspace: string;
  const clients: RealtimeClient[] = [];

  async function open(token: string, query: Readonly<Record<string, string>> = {}): Promise<RealtimeClient> {
    const client = await RealtimeClient.connect(url, { token, ...query });
    clients.push(client);
    return client;
  }
  async function listener(query: Readonly<Record<string, string>> = {}, channel = workspace): Promise<RealtimeClient> {
    const client = await open(stack.local.apiKey, query);
    expect(await client.ask({ action: 'subscribe', channel })).toMatchObject({ type: 'subscribed', channel });
    return client;
  }
  const write = (text: string) => stack.phones.write(CUSTOMER, NUMBER, text);
  const textsOf = (client: RealtimeClient) => client.ofKind('message.received').map(({ data }) => data['text']);

  beforeAll(async () => {
    stack = await Stack.start({ args: ['--instances', '1'] });
    url = stack.local.realtime ?? '';
    workspace = `workspace.${stack.local.workspaceId}`;
    await stack.phones.register(NUMBER);
    await stack.phones.register(CUSTOMER, 'Carla');
  }, TEST_MS);
  afterEach(() => clients.splice(0).forEach((client) => client.terminate()));
  afterAll(() => stack?.close(), TEST_MS);

  it('tells of a session from its QR to the first message it gets', async () => {
    const client = await listener();
    const { id } = await stack.blazz.createSession({ name: 'Shop', pacing: { profile: 'unlimited' } });
    const qr = await client.event(({ type }) => type === 'session.qr', 'the QR');
    expect(qr).toMatchObject({ id: expect.stringMatching(/^evt_/), workspaceId: stack.local.workspaceId, sessionId: id });
    expect(client.pushes.find(({ event }) => event.id === qr.id)).toMatchObject({ channel: workspace, kind: 'qr.generated' });

    await stack.phones.scan(NUMBER, String(qr.data['qr']));
    await client.event(({ type, data }) => type === 'session.status' && data['status'] === 'connected', 'the session to be connected');
    session = await connected(stack.blazz, id);
    await write('Hello?');
    const received = await client.event(({ type }) => type === 'message.received', 'the message');
    expect(received).toMatchObject({ sessionId: id, chatId: expect.stringMatching(/^cht_/), data: { text: 'Hello?', from: CUSTOMER } });
    expect(client.ofKind('chat.new')).toMatchObject([{ chatId: received.chatId }]);
    expect(new Set(client.events.map((event) => event.id)).size).toBe(client.events.length);
  }, TEST_MS);

  it('tells of an answer in the channel of its chat, step by step', async () => {
    const [chat] = (await stack.blazz.get<{ data: ChatView[] }>('/v1/chats')).data;
    const client = await listener({}, `${workspace}.chat.${chat?.id}`);
    await stack.blazz.post(`/v1/chats/${chat?.id}/messages`, { type: 'text', text: 'Hi!' });
    await client.event(({ type }) => type === 'message.read', 'the answer to be read');
    expect(client.pushes.map(({ kind }) => kind)).toEqual(['message.status', 'message.delivered', 'message.read']);
    expect(client.pushes.every(({ event }) => event.chatId === chat?.id)).toBe(true);
  }, TEST_MS);

  it('sends what a client missed when it comes back, in order and once, and then what is new', async () => {
    const before = await listener();
    await write('one');
    const last = await before.event(({ data }) => data['text'] === 'one', 'the first message');
    before.terminate(); // as a lost network does
    for (const text of ['two', 'three', 'four']) await write(text);
    const witness = await listener({ since: last.id });
    await until(async () => textsOf(witness).length === 3, { what: 'the missed messages' });

    const after = await open(stack.local.apiKey, { since: last.id });
    expect(await after.ask({ action: 'subscribe', channel: workspace })).toMatchObject({ type: 'subscribed', missed: expect.any(Number), gap: false });
    await write('five');
    await after.event(({ data }) => data['text'] === 'five', 'the new message');
    expect(textsOf(after)).toEqual(['two', 'three', 'four', 'five']);
    expect(new Set(after.events.map(({ id }) => id)).size).toBe(after.events.length);
  }, TEST_MS);

  it('tells how a campaign goes: each status, and its counts up to the last', async () => {
    const client = await listener();
    const numbers = await stack.phones.registerMany('+491531', 20);
    const id = await createCampaign(stack, [session.id], numbers, 'Hi');
    await stack.blazz.post(`/v1/campaigns/${id}/start`);
    const isAtRest = ({ type, data }: { type: string; data: Record<string, unknown> }) =>
      type === 'campaign.stats' && (data['stats'] as { read: number }).read === 20;
    await client.event(isAtRest, 'the last counts');
    const statuses = client.ofKind('campaign.status').map(({ data }) => data['status']);
    expect(statuses).toEqual(['running', 'completed']);
    expect(client.ofKind('campaign.stats').length).toBeLessThan(10); // not one a receipt
  }, TEST_MS);

  it('keeps one workspace out of another, and strangers out altogether (I6)', async () => {
    const stranger = await open(stack.local.otherApiKey);
    const [chat] = (await stack.blazz.get<{ data: ChatView[] }>('/v1/chats')).data;
    for (const channel of [workspace, `${workspace}.chat.${chat?.id}`]) {
      expect(await stranger.ask({ action: 'subscribe', channel })).toMatchObject({ type: 'error', code: 'channel_not_found' });
    }
    const own = (await stack.stranger.get<{ id: string }>('/v1/workspaces/current')).id;
    const foreign = `workspace.${own}.chat.${chat?.id}`;
    expect(await stranger.ask({ action: 'subscribe', channel: foreign })).toMatchObject({ type: 'error', code: 'channel_not_found' });
    expect(await stranger.ask({ action: 'subscribe', channel: `workspace.${own}` })).toMatchObject({ type: 'subscribed' });
    const client = await listener();
    await write('for us alone');
    await client.event(({ data }) => data['text'] === 'for us alone', 'the message');
    expect(stranger.pushes).toEqual([]);
    for (const token of ['blz_0000000000000000000000000000000000000000', 'nonsense', '']) {
      await expect(open(token)).rejects.toThrow('refused with 401');
    }
    await expect(open(stack.local.apiKey, { since: 'yesterday' })).rejects.toThrow('refused with 422');
  }, TEST_MS);

  it('answers what it cannot do with an error, and stays', async () => {
    const client = await open(stack.local.apiKey);
    expect(await client.ask({ action: 'ping' })).toEqual({ type: 'pong' });
    expect(await client.ask('{')).toMatchObject({ type: 'error', code: 'invalid_message' });
    expect(await client.ask(Buffer.from('binary'))).toMatchObject({ type: 'error', code: 'invalid_message' });
    expect(await client.ask({ action: 'shout' })).toMatchObject({ type: 'error', code: 'invalid_message' });
    expect(await client.ask({ action: 'ping', pad: 'x'.repeat(5_000) })).toMatchObject({ type: 'error', code: 'message_too_long' });
    expect(await client.ask({ action: 'unsubscribe', channel: workspace })).toEqual({ type: 'unsubscribed', channel: workspace });
    expect(client.isOpen).toBe(true);
  }, TEST_MS);
});
