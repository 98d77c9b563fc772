import { beforeEach, describe, expect, it } from '@jest/globals';
import { SILENT_FOR_MS } from '../../../shared/contracts/realtime.ts';
import { hashApiKey } from '../../../shared/identity/api-key.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anEvent } from '../../support/builders/webhook.ts';
import { socketWorld, type SocketWorld } from './socket-world.ts';

const CHANNEL = `workspace.${WORKSPACE}`;
const OTHER = 'wsp_01J0000000000000000000000B';

describe('A socket', () => {
  let world: SocketWorld;
  beforeEach(async () => {
    world = await socketWorld();
  });
  const ask = async (id: string, message: unknown) => {
    await world.say(id, message);
    return world.replyTo(id);
  };

  it.each([undefined, '', 'nonsense', 'blz_0000000000000000000000000000000000000000'])('is refused with the token %s, and leaves nothing behind (I8)', async (token) => {
    const refused = world.connect({ connectionId: 'c', query: token === undefined ? {} : { token } });
    await expect(refused).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
    expect(await world.connections.find('c')).toBeUndefined();
    expect(await world.listening.since(WORKSPACE, world.clock.now())).toBeUndefined();
  });

  it('is refused with a since that is none, naming the field (I8)', async () => {
    const refused = world.connect({ connectionId: 'c', query: { token: await world.aKey(), since: 'yesterday' } });
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', fields: [{ path: 'since' }] });
    expect(await world.connections.find('c')).toBeUndefined();
  });

  it('answers ping with pong', async () => {
    expect(await ask(await world.aConnection(), { action: 'ping' })).toEqual({ type: 'pong' });
  });

  it.each([
    { what: 'no JSON', message: 'hello', code: 'invalid_message' },
    { what: 'null', message: 'null', code: 'invalid_message' },
    { what: 'nothing', message: '', code: 'invalid_message' },
    { what: 'binary data', message: undefined, code: 'invalid_message' },
    { what: 'an unknown action', message: { action: 'shout' }, code: 'invalid_message' },
    { what: 'an unknown field', message: { action: 'ping', loud: true }, code: 'invalid_message' },
    { what: 'no channel', message: { action: 'subscribe' }, code: 'invalid_message' },
    { what: 'a since that is none', message: { action: 'subscribe', channel: CHANNEL, since: '5 min' }, code: 'invalid_message' },
    { what: 'too much', message: `"${'x'.repeat(4_096)}"`, code: 'message_too_long' },
    { what: 'no channel of ours', message: { action: 'subscribe', channel: 'news' }, code: 'channel_not_found' },
    { what: 'a channel with more behind it', message: { action: 'subscribe', channel: `${CHANNEL}.all` }, code: 'channel_not_found' },
    { what: "another workspace's channel (I6)", message: { action: 'subscribe', channel: `workspace.${OTHER}` }, code: 'channel_not_found' },
    { what: 'a chat nobody has', message: { action: 'subscribe', channel: `${CHANNEL}.chat.cht_01J0000000000000000000000C` }, code: 'channel_not_found' },
  ])('answers $what with an error, and stays', async ({ message, code }) => {
    const id = await world.aConnection();
    expect(await ask(id, message)).toEqual({ type: 'error', code, detail: expect.any(String) });
    expect(await ask(id, { action: 'ping' })).toEqual({ type: 'pong' });
    expect(world.sockets.closed).toEqual([]);
  });

  it('subscribes to its workspace and its chats, and ends that', async () => {
    const id = await world.aConnection();
    const chat = `${CHANNEL}.chat.${await world.aChat()}`;
    for (const channel of [CHANNEL, chat]) {
      expect(await ask(id, { action: 'subscribe', channel })).toEqual({ type: 'subscribed', channel });
      expect(await world.subscriptions.listOf(channel)).toHaveLength(1);
    }
    expect(await ask(id, { action: 'unsubscribe', channel: chat })).toEqual({ type: 'unsubscribed', channel: chat });
    expect(await world.subscriptions.listOf(chat)).toEqual([]);
  });

  it('has no channel of a chat of another workspace, by whichever name (I6)', async () => {
    const chatId = await world.aChat();
    const stranger = await world.aConnection(undefined, {}, OTHER);
    for (const workspace of [WORKSPACE, OTHER]) {
      const channel = `workspace.${workspace}.chat.${chatId}`;
      expect(await ask(stranger, { action: 'subscribe', channel })).toMatchObject({ code: 'channel_not_found' });
      expect(await world.subscriptions.listOf(channel)).toEqual([]);
    }
  });

  it('needs messages:read for the channel of a chat', async () => {
    const id = await world.aConnection(['sessions:read']);
    expect(await ask(id, { action: 'subscribe', channel: `${CHANNEL}.chat.${await world.aChat()}` })).toMatchObject({ code: 'missing_scope' });
  });

  it('is told only what its key may read', async () => {
    const id = await world.aConnection(['campaigns:read']);
    await ask(id, { action: 'subscribe', channel: CHANNEL });
    const [stats, ...others] = [anEvent({ type: 'campaign.stats' }), anEvent({ type: 'message.sent' }), anEvent({ type: 'session.qr' })];
    await world.publish(...others, stats);
    expect(world.eventsTo(id)).toEqual([stats.id]);
  });

  it('may have a hundred subscriptions', async () => {
    const id = await world.aConnection();
    const { scopes = [] } = (await world.connections.find(id)) ?? {};
    for (let n = 0; n < 100; n++) await world.subscriptions.add({ channel: `channel ${n}`, connectionId: id, scopes, replayingUntil: null }, 100);
    expect(await ask(id, { action: 'subscribe', channel: CHANNEL })).toMatchObject({ code: 'too_many_subscriptions' });
  });

  it('keeps its workspace listened to by its pings, and itself from being dropped', async () => {
    const id = await world.aConnection();
    const from = world.clock.now();
    for (let minutes = 0; minutes < 30; minutes += 5) {
      world.clock.advance(5 * 60_000);
      expect(await ask(id, { action: 'ping' })).toEqual({ type: 'pong' });
    }
    expect(await world.listening.since(WORKSPACE, world.clock.now())).toBe(from);
    expect(await world.connections.listSilent(world.clock.now() - SILENT_FOR_MS, 10)).toEqual([]);
  });

  it('ends once its key is revoked', async () => {
    const key = await world.aKey();
    await world.connect({ connectionId: 'c', query: { token: key } });
    const { id } = (await world.apiKeys.findByHash(hashApiKey(key)))!;
    await world.apiKeys.delete(WORKSPACE, id);
    world.clock.advance(61_000);
    expect(await ask('c', { action: 'ping' })).toMatchObject({ type: 'error', code: 'connection_expired' });
    expect(world.sockets.closed).toEqual(['c']);
    expect(await world.connections.find('c')).toBeUndefined();
  });

  it('that was dropped is told so and closed', async () => {
    const id = await world.aConnection();
    await world.connections.drop(id);
    expect(await ask(id, { action: 'subscribe', channel: CHANNEL })).toMatchObject({ type: 'error', code: 'connection_expired' });
    expect(world.sockets.closed).toEqual([id]);
    expect(await world.subscriptions.listOf(CHANNEL)).toEqual([]);
  });
});
