import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeDropSilentConnections } from '../../../lambdas/schedules/drop-silent-connections/drop-silent-connections.ts';
import { SILENT_FOR_MS } from '../../../shared/contracts/realtime.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anEvent } from '../../support/builders/webhook.ts';
import { socketWorld, type SocketWorld } from './socket-world.ts';

const CHANNEL = `workspace.${WORKSPACE}`;

describe('Pushing to sockets', () => {
  let world: SocketWorld;
  beforeEach(async () => {
    world = await socketWorld();
  });
  async function subscribed(...channels: readonly string[]): Promise<string> {
    const id = await world.aConnection();
    for (const channel of channels) await world.say(id, { action: 'subscribe', channel });
    return id;
  }

  it('tells each subscriber of a channel, with the name its kind has in real time', async () => {
    const [one, other] = [await subscribed(CHANNEL), await subscribed(CHANNEL)];
    const qr = anEvent({ type: 'session.qr' });
    await world.publish(qr);
    for (const id of [one, other]) {
      expect(world.sockets.to(id).at(-1)).toEqual({ channel: CHANNEL, kind: 'qr.generated', event: qr });
    }
  });

  it('tells of a chat in its own channel and in that of the workspace, in order', async () => {
    const [chatId, otherChat] = [await world.aChat(), 'cht_01J0000000000000000000000C'];
    const both = await subscribed(CHANNEL, `${CHANNEL}.chat.${chatId}`);
    const chatOnly = await subscribed(`${CHANNEL}.chat.${chatId}`);
    const events = [anEvent({ chatId }), anEvent({ chatId: otherChat }), anEvent(), anEvent({ chatId })];
    await world.publish(...events);
    const [first, second, third, fourth] = events.map(({ id }) => id);
    expect(world.eventsTo(chatOnly)).toEqual([first, fourth]);
    expect(world.eventsTo(both)).toEqual([first, first, second, third, fourth, fourth]);
  });

  it('tells no other workspace anything (I6)', async () => {
    const stranger = await world.aConnection(undefined, {}, 'wsp_01J0000000000000000000000B');
    await world.say(stranger, { action: 'subscribe', channel: 'workspace.wsp_01J0000000000000000000000B' });
    await world.publish(anEvent());
    expect(world.eventsTo(stranger)).toEqual([]);
  });

  it('forgets who has gone', async () => {
    const [gone, there] = [await subscribed(CHANNEL), await subscribed(CHANNEL)];
    world.unreachable.set(gone, 'gone');
    const events = [anEvent(), anEvent()];
    await world.publish(...events);
    expect(world.eventsTo(there)).toHaveLength(2);
    expect(await world.connections.find(gone)).toBeUndefined();
    expect((await world.subscriptions.listOf(CHANNEL)).map(({ connectionId }) => connectionId)).toEqual([there]);
  });

  it('closes who does not get it in time, so that it comes back for it, and keeps nobody else waiting', async () => {
    const slow = await subscribed(CHANNEL);
    const quick = await subscribed(CHANNEL);
    const { post } = world.sockets;
    const { promise: timeOut, resolve: giveUp } = Promise.withResolvers<'failed'>();
    world.sockets.post = (id, text) => (id === slow ? timeOut : post(id, text));
    const pushing = world.publish(anEvent(), anEvent());
    while (world.eventsTo(quick).length < 2) await new Promise(setImmediate);
    giveUp('failed');
    await pushing;
    expect(world.sockets.closed).toEqual([slow]);
    expect(await world.connections.find(slow)).toBeUndefined();
  });

  it('sends a job that comes again once more only to who is there, and logs it once', async () => {
    await subscribed(CHANNEL);
    const event = anEvent();
    await world.publish(event);
    await world.publish(event);
    expect(await world.log.readFrom(WORKSPACE, 0, 10)).toHaveLength(1);
  });

  it('sends to a subscription whose replay never ended, once its time is over', async () => {
    const id = await world.aConnection();
    const { scopes = [] } = (await world.connections.find(id)) ?? {};
    await world.subscriptions.add({ channel: CHANNEL, connectionId: id, scopes, replayingUntil: world.clock.now() + 100 }, 100);
    const [during, after] = [anEvent(), anEvent()];
    await world.publish(during);
    world.clock.advance(101);
    await world.publish(after);
    expect(world.eventsTo(id)).toEqual([after.id]);
  });

  it('ends who has said nothing for ten minutes, and nobody else', async () => {
    const silent = await subscribed(CHANNEL);
    world.clock.advance(SILENT_FOR_MS);
    const fresh = await subscribed(CHANNEL);
    world.clock.advance(1);
    await makeDropSilentConnections(world)();
    expect(world.sockets.closed).toEqual([silent]);
    expect((await world.subscriptions.listOf(CHANNEL)).map(({ connectionId }) => connectionId)).toEqual([fresh]);
  });
});
