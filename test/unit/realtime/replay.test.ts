import { beforeEach, describe, expect, it } from '@jest/globals';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aPushJob } from '../../support/builders/realtime.ts';
import { anEvent } from '../../support/builders/webhook.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { socketWorld, type SocketWorld } from './socket-world.ts';

const CHANNEL = `workspace.${WORKSPACE}`;

describe('Coming back with since', () => {
  let world: SocketWorld;
  let drawn = 0;
  beforeEach(async () => {
    world = await socketWorld();
    await world.aConnection(); // from here on events are kept
  });

  const anEventOfNow = (change: Parameters<typeof anEvent>[0] = {}) =>
    anEvent({ id: derivedId('evt', world.clock.now(), `replay ${drawn++}`), sessionId: 'ses_1', ...change });

  async function happens(change: Parameters<typeof anEvent>[0] = {}) {
    world.clock.advance(10);
    const event = anEventOfNow(change);
    await world.publish(event);
    return event;
  }
  async function subscribed(since?: string, channel = CHANNEL): Promise<string> {
    const id = await world.aConnection();
    await world.say(id, { action: 'subscribe', channel, ...(since !== undefined && { since }) });
    return id;
  }
  const ids = (events: readonly { id: string }[]) => events.map(({ id }) => id);

  it('an event sends what came after it, in order, then what is new, each once', async () => {
    const seen = await happens();
    const missed = [await happens(), await happens(), await happens()];
    const id = await subscribed(seen.id);
    expect(world.replyTo(id)).toEqual({ type: 'subscribed', channel: CHANNEL, missed: 3, gap: false });
    const live = await happens();
    expect(world.eventsTo(id)).toEqual(ids([...missed, live]));
  });

  it('an event within a batch sends the rest of the batch', async () => {
    const batch = [anEventOfNow(), anEventOfNow(), anEventOfNow()];
    await world.publish(...batch);
    expect(world.eventsTo(await subscribed(batch[1]?.id))).toEqual(ids(batch.slice(2)));
  });

  it('a time sends what was published from it on', async () => {
    await happens();
    world.clock.advance(1_000);
    const since = new Date(world.clock.now()).toISOString();
    const missed = [await happens(), await happens()];
    const id = await subscribed(since);
    expect(world.replyTo(id)).toMatchObject({ missed: 2, gap: false });
    expect(world.eventsTo(id)).toEqual(ids(missed));
  });

  it('an event also sends what another session published shortly before it, which need not have arrived', async () => {
    await happens({ sessionId: 'ses_2' });
    world.clock.advance(6_000);
    const other = await happens({ sessionId: 'ses_2' });
    const own = await happens();
    const seen = await happens();
    const id = await subscribed(seen.id);
    expect(world.eventsTo(id)).toEqual([other.id]);
    expect(world.eventsTo(id)).not.toContain(own.id);
  });

  it('sends each channel its own', async () => {
    const chatId = await world.aChat();
    const seen = await happens();
    await happens();
    const ofChat = await happens({ chatId });
    expect(world.eventsTo(await subscribed(seen.id, `${CHANNEL}.chat.${chatId}`))).toEqual([ofChat.id]);
  });

  it('takes what the connection was opened with, for the first minute', async () => {
    const seen = await happens();
    const missed = await happens();
    const id = await world.aConnection(undefined, { since: seen.id });
    await world.say(id, { action: 'subscribe', channel: CHANNEL });
    expect(world.eventsTo(id)).toEqual([missed.id]);
    const late = await world.aConnection(undefined, { since: seen.id });
    world.clock.advance(60_000);
    await world.say(late, { action: 'subscribe', channel: CHANNEL });
    expect(world.eventsTo(late)).toEqual([]);
  });

  it('says that there is a gap when more was missed than is kept', async () => {
    const seen = await happens();
    for (let minute = 0; minute < 6; minute++) {
      world.clock.advance(60_000);
      await happens();
    }
    const id = await subscribed(seen.id);
    expect(world.replyTo(id)).toMatchObject({ missed: 5, gap: true });
    const before = new Date(world.clock.now() - 10 * 60_000).toISOString();
    expect(world.replyTo(await subscribed(before))).toMatchObject({ gap: true });
  });

  it('says that there is a gap when it does not know the event', async () => {
    await happens();
    const unknown = derivedId('evt', world.clock.now(), 'never published');
    expect(world.replyTo(await subscribed(unknown))).toMatchObject({ missed: 1, gap: true });
  });

  it('says that there is a gap before the first listener', async () => {
    const fresh = await socketWorld();
    const id = await fresh.aConnection();
    const since = new Date(fresh.clock.now() - 60_000).toISOString();
    await fresh.say(id, { action: 'subscribe', channel: CHANNEL, since });
    expect(fresh.replyTo(id)).toMatchObject({ missed: 0, gap: true });
  });

  it('sends an event that is published meanwhile once, after the others', async () => {
    const seen = await happens();
    const missed = await happens();
    const during = anEventOfNow();
    const { readFrom } = world.log;
    world.log.readFrom = async (...args) => {
      const jobs = await readFrom(...args);
      world.log.readFrom = readFrom;
      await world.push(aPushJob(world.clock.now() + 1, [during])); // after the log was read, before the subscription is live
      return jobs;
    };
    const id = await subscribed(seen.id);
    expect(world.eventsTo(id)).toEqual(ids([missed, during]));
  });

  it('sends an event once whose push is under way', async () => {
    const seen = await happens();
    const id = await world.aConnection();
    const { listOf } = world.subscriptions;
    world.subscriptions.listOf = async (channel) => {
      world.subscriptions.listOf = listOf;
      await world.say(id, { action: 'subscribe', channel: CHANNEL, since: seen.id }); // after the log was written, before subscribers are read
      return listOf(channel);
    };
    const during = await happens();
    expect(world.eventsTo(id)).toEqual([during.id]);
  });

  it('is closed when it cannot be reached, to come back once more', async () => {
    const seen = await happens();
    await happens();
    const id = await world.aConnection();
    const { post } = world.sockets;
    let posts = 0;
    world.sockets.post = (...args) => (posts++ === 0 ? post(...args) : Promise.resolve('failed'));
    await world.say(id, { action: 'subscribe', channel: CHANNEL, since: seen.id });
    expect(world.sockets.closed).toEqual([id]);
  });
});
